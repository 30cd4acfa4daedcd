package dev.oncegate.ops;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Gate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What runs here: a closed list of settings, so that no secret can get into it. */
final class About {
  private static final Properties BUILD = properties("/dev/oncegate/ops/build.properties");
  private static final String CLIENTS =
      properties("/kafka/kafka-version.properties").getProperty("version");
  private static final String STREAMS =
      properties("/kafka/kafka-streams-version.properties").getProperty("version");

  private About() {}

  static Answer of(GateConfig config, @Nullable Gate gate) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", BUILD.getProperty("version"));
    json.put("commit", BUILD.getProperty("commit"));
    json.put("application_id", config.applicationId());
    json.put("scope", config.scope().name().toLowerCase(Locale.ROOT));
    json.put("dedup_window_ms", config.getLong(GateKeys.DEDUP_WINDOW_MS));
    json.put("topic_prefix", config.getString(GateKeys.TOPIC_PREFIX));
    if (gate != null) {
      json.put("partitions", gate.queries().partitions());
      json.put("state", gate.state().name());
    }
    json.put("kafka_clients_version", CLIENTS);
    json.put("kafka_streams_version", STREAMS);
    json.put("java_version", System.getProperty("java.version"));
    json.put("java_vendor", System.getProperty("java.vendor"));
    return Answer.ok(json);
  }

  private static Properties properties(String resource) {
    Properties properties = new Properties();
    try (InputStream in = About.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not in the jar");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
