package dev.oncegate.serde;

import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Who writes and reads the values on the topics: the classes of this package, or Confluent's own.
 * Both promise the same of failures: bytes that can never be read are a {@link
 * RecordNotReadableException}, a registry that does not answer is a {@link
 * RegistryUnavailableException}, one that refuses a {@link RegistryException}.
 */
public sealed interface AvroSerdes permits OwnSerdes, ConfluentSerdes {
  /** The classes of this package. */
  String ONCEGATE = "oncegate";

  /** The classes of kafka-avro-serializer, which the Maven profile {@code confluent} adds. */
  String CONFLUENT = "confluent";

  /**
   * @param kind {@link #ONCEGATE} or {@link #CONFLUENT}
   * @param settings of the registry, under the keys of kafka-avro-serializer; others may be among
   *     them
   * @throws ConfigException where a setting is wrong, or the classes of that kind are not there
   */
  static AvroSerdes of(String kind, Map<String, ?> settings) {
    return switch (kind) {
      case ONCEGATE -> OwnSerdes.of(settings);
      case CONFLUENT -> ConfluentSerdes.of(settings);
      default ->
          throw new ConfigException("gate.avro.serde", kind, "allowed are oncegate and confluent");
    };
  }

  /** Thread safe; what {@link #prepare} has resolved it knows. */
  Serializer<SpecificRecord> serializer();

  /** Thread safe. */
  Deserializer<SpecificRecord> deserializer();

  /**
   * Resolves the id of a schema ahead of the first record on a topic, so that the registry may be
   * down when that comes. Waits while the registry does not answer, telling so in the log.
   *
   * @throws RegistryException where it answers and refuses
   */
  void prepare(String topic, Schema schema) throws InterruptedException;
}
