package dev.oncegate.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.IsolationLevel;

/** Settings of plain clients, taken from those of a gate. */
public final class Clients {
  private Clients() {}

  /** Settings of an idempotent producer. */
  public static Map<String, Object> producer(Map<String, Object> settings) {
    Map<String, Object> own = chosen(settings, ProducerConfig.configNames(), "producer.");
    own.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    own.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 5);
    return own;
  }

  /** Settings of a consumer that sees committed records only, and commits nothing. */
  public static Map<String, Object> consumer(Map<String, Object> settings) {
    Map<String, Object> own = chosen(settings, ConsumerConfig.configNames(), "consumer.");
    // Says how Streams' group works, and has a value that a plain consumer does not know.
    own.remove(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
    own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, IsolationLevel.READ_COMMITTED.toString());
    own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    return own;
  }

  private static Map<String, Object> chosen(
      Map<String, Object> settings, Set<String> names, String prefix) {
    Map<String, Object> own = new HashMap<>(settings);
    own.keySet().retainAll(names);
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            own.put(key.substring(prefix.length()), value);
          }
        });
    return own;
  }
}
