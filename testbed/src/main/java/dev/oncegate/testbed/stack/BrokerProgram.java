package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/**
 * Runs in the broker's JVM: formats the data directory where that was never done, then starts the
 * broker.
 */
final class BrokerProgram {
  private BrokerProgram() {}

  /**
   * @param args the path of server.properties
   */
  public static void main(String[] args) throws IOException {
    if (!Files.exists(dataDirectory(args[0]).resolve("meta.properties"))) {
      String[] format = {
        "format", "--cluster-id", Uuid.randomUuid().toString(), "--config", args[0]
      };
      int status = StorageTool.execute(format, System.out);
      if (status != 0) {
        System.exit(status);
      }
    }
    Kafka.main(args);
  }

  private static Path dataDirectory(String serverProperties) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(serverProperties))) {
      properties.load(reader);
    }
    return Path.of(properties.getProperty("log.dirs"));
  }
}
