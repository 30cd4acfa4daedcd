package dev.oncegate.cli;

import dev.oncegate.config.ConfigReference;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code config}: the reference of all settings. */
@Command(
    name = "config",
    description = "Prints the reference of all settings, as Markdown.",
    mixinStandardHelpOptions = true)
final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(ConfigReference.markdown());
    out.flush();
    return 0;
  }
}
