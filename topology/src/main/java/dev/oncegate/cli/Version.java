package dev.oncegate.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** The version of the build, from the jar's manifest. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    @Nullable String version = Oncegate.class.getPackage().getImplementationVersion();
    return new String[] {
      "oncegate " + (version == null ? "(unpackaged)" : version),
      "java " + System.getProperty("java.version")
    };
  }
}
