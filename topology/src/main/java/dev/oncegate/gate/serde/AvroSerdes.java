package dev.oncegate.gate.serde;

import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** Writes and reads the values of all topics, with one registry client for both directions. */
public final class AvroSerdes {
  private final SchemaRegistryClient registry;
  private final AvroSerializer<SpecificRecord> serializer;
  private final AvroDeserializer<SpecificRecord> deserializer;

  private AvroSerdes(Map<String, ?> settings) {
    registry = new SchemaRegistryClient(new RegistryConfig(settings));
    serializer = new AvroSerializer<>(registry);
    serializer.configure(settings, false);
    deserializer = new AvroDeserializer<>(registry);
    deserializer.configure(settings, false);
  }

  /** Serdes with the registry of some settings; nothing is called yet. */
  public static AvroSerdes of(String kind, Map<String, ?> settings) {
    return new AvroSerdes(settings);
  }

  /** Waits until the registry answers. */
  public void awaitRegistry() throws InterruptedException {
    registry.awaitReady();
  }

  /** Resolves the id under which the values of a topic are written. */
  public void prepare(String topic, Schema schema) {
    serializer.prepare(topic, schema);
  }

  public Serializer<SpecificRecord> serializer() {
    return serializer;
  }

  public Deserializer<SpecificRecord> deserializer() {
    return deserializer;
  }
}
