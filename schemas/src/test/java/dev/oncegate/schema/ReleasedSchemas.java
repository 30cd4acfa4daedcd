package dev.oncegate.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * The records of the public topics: as they are now, and as they were released, version by version.
 */
final class ReleasedSchemas {
  static final Path FOLDER = Path.of("src", "released");

  private ReleasedSchemas() {}

  /** The value schemas of all public topics, one a record. */
  static List<Schema> current() {
    return List.of(
        ActionCommand.SCHEMA$,
        ActionEffect.SCHEMA$,
        ActionOutcome.SCHEMA$,
        ActionResult.SCHEMA$,
        ConflictEvent.SCHEMA$,
        RunCallCounts.SCHEMA$,
        CircuitEvent.SCHEMA$,
        ControlCommand.SCHEMA$,
        Escalation.SCHEMA$,
        ActionExecution.SCHEMA$);
  }

  static List<Path> versions() {
    return list(FOLDER).filter(Files::isDirectory).sorted().toList();
  }

  static List<Path> filesOf(Path version) {
    return list(version).sorted().toList();
  }

  static Schema read(Path file) {
    try {
      return new Schema.Parser().parse(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every release of the record, oldest first. */
  static List<Schema> releasesOf(Schema record) {
    return versions().stream()
        .map(version -> version.resolve(record.getName() + ".avsc"))
        .filter(Files::exists)
        .map(ReleasedSchemas::read)
        .toList();
  }

  private static Stream<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
