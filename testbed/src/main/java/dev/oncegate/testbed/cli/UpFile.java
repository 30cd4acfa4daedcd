package dev.oncegate.testbed.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;

/** Tells other commands where the running stack is: there while it is ready, gone after it. */
final class UpFile implements AutoCloseable {
  private static final String NAME = "up.properties";

  private final Path file;

  private UpFile(Path file) {
    this.file = file;
  }

  /** Removes what a killed process left behind. */
  static void clear(Path directory) {
    new UpFile(directory.resolve(NAME)).close();
  }

  static UpFile write(Path directory, Map<String, String> addresses) {
    Properties properties = new Properties();
    properties.putAll(addresses);
    Path file = directory.resolve(NAME);
    Path unfinished = directory.resolve(NAME + ".new");
    try {
      try (Writer writer = Files.newBufferedWriter(unfinished)) {
        properties.store(writer, null);
      }
      // Nobody reads half of it.
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new UpFile(file);
  }

  Path path() {
    return file;
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
