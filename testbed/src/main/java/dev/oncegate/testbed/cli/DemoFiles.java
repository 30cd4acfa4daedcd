package dev.oncegate.testbed.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a demo leaves on disk while it runs: data, deleted at the end, and a log, kept where the
 * demo did not go well. Nothing is logged to the terminal, which the live view has for itself.
 */
final class DemoFiles implements AutoCloseable {
  private static final String CONFIGURATION = "log4j2.configurationFile";
  private static final String LOG = "oncegate.demo.log";

  private final Path data;
  private final Path log;
  private boolean keepLog = true;

  private DemoFiles(Path data, Path log) {
    this.data = data;
    this.log = log;
  }

  /**
   * Makes both, and sends the log of this process there. To be called before the first logger is
   * made.
   */
  static DemoFiles make() {
    try {
      Path data = Files.createTempDirectory("oncegate-demo-");
      Path log = Files.createTempFile("oncegate-demo-", ".log");
      System.setProperty(LOG, log.toString());
      if (System.getProperty(CONFIGURATION) == null) {
        System.setProperty(CONFIGURATION, "classpath:dev/oncegate/testbed/demo/log4j2-demo.xml");
      }
      return new DemoFiles(data, log);
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary files can be made", e);
    }
  }

  Path data() {
    return data;
  }

  /** All went well: nobody will want the log. */
  void forgetLog() {
    keepLog = false;
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(data)) {
      List<Path> leavesFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : leavesFirst) {
        Files.deleteIfExists(file);
      }
      if (keepLog) {
        System.err.println("oncegate: the log is in " + log);
      } else {
        Files.deleteIfExists(log);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be deleted".formatted(data), e);
    }
  }
}
