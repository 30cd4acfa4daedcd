package dev.oncegate.schema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;

/** Writes the folder of a release; see schemas/README.md. Its one argument is the version. */
final class WriteReleasedSchemas {
  private WriteReleasedSchemas() {}

  /** Refuses a version that is there: what was released does not change. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1 || !args[0].matches("\\d+\\.\\d+\\.\\d+")) {
      throw new IllegalArgumentException("one argument is expected, the version, such as 0.2.0");
    }
    Path version = Files.createDirectory(ReleasedSchemas.FOLDER.resolve(args[0]));
    for (Schema schema : ReleasedSchemas.current()) {
      Files.writeString(version.resolve(schema.getName() + ".avsc"), schema.toString(true) + "\n");
    }
  }
}
