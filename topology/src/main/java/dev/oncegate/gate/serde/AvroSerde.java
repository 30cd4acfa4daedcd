package dev.oncegate.gate.serde;

import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** Serialiser and deserialiser of Avro records in Confluent's wire format, with one registry client for both. */
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {
  private AvroSerializer<T> serializer = new AvroSerializer<>();
  private AvroDeserializer<T> deserializer = new AvroDeserializer<>();

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    SchemaRegistryClient registry = new SchemaRegistryClient(new RegistryConfig(configs));
    serializer = new AvroSerializer<>(registry);
    deserializer = new AvroDeserializer<>(registry);
    serializer.configure(configs, isKey);
    deserializer.configure(configs, isKey);
  }

  @Override
  public Serializer<T> serializer() {
    return serializer;
  }

  @Override
  public Deserializer<T> deserializer() {
    return deserializer;
  }
}
