package dev.oncegate.testbed.cli;

import dev.oncegate.testbed.stack.DataDirectory;
import java.nio.file.Path;

/**
 * What a torture leaves on disk: data and logs of all processes, deleted at the end where all went
 * well.
 */
final class TortureFiles implements AutoCloseable {
  private static final String CONFIGURATION = "log4j2.configurationFile";
  private static final String LOG = "oncegate.torture.log";

  private final DataDirectory directory;
  private boolean keep = true;

  private TortureFiles(DataDirectory directory) {
    this.directory = directory;
  }

  /**
   * Empties the directory, and sends the log of this process there. To be called before the first
   * logger is made.
   */
  static TortureFiles make(Path path) {
    DataDirectory directory = DataDirectory.open(path.toAbsolutePath());
    directory.empty();
    System.setProperty(LOG, path.resolve("torture.log").toString());
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty(
          CONFIGURATION, "classpath:dev/oncegate/testbed/torture/log4j2-torture.xml");
    }
    return new TortureFiles(directory);
  }

  Path data() {
    return directory.path();
  }

  /** All went well: nobody will want them. */
  void forget() {
    keep = false;
  }

  @Override
  public void close() {
    if (keep) {
      System.err.println("oncegate: data and logs of all processes are in " + directory.path());
    } else {
      directory.empty();
    }
    directory.close();
  }
}
