package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.Kafka;
import kafka.tools.StorageTool;

/**
 * Runs in the broker's JVM: formats the data directory where that was never done, then starts the
 * broker.
 */
final class BrokerProgram {
  private BrokerProgram() {}

  /**
   * @param args the path of server.properties, and the cluster's id
   */
  public static void main(String[] args) throws IOException {
    if (!Files.exists(dataDirectory(args[0]).resolve("meta.properties"))) {
      String[] format = {"format", "--cluster-id", args[1], "--config", args[0]};
      int status = StorageTool.execute(format, System.out);
      if (status != 0) {
        System.exit(status);
      }
    }
    Kafka.main(new String[] {args[0]});
  }

  private static Path dataDirectory(String serverProperties) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(serverProperties))) {
      properties.load(reader);
    }
    return Path.of(properties.getProperty("log.dirs"));
  }
}
