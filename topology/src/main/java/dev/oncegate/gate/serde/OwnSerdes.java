package dev.oncegate.gate.serde;

import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** The classes of this package, all with one registry client and its caches. */
record OwnSerdes(Map<String, ?> settings, SchemaRegistryClient registry) implements AvroSerdes {

  static OwnSerdes of(Map<String, ?> settings) {
    return new OwnSerdes(settings, new SchemaRegistryClient(new RegistryConfig(settings)));
  }

  @Override
  public Serializer<SpecificRecord> serializer() {
    return ownSerializer();
  }

  private AvroSerializer<SpecificRecord> ownSerializer() {
    AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>(registry);
    serializer.configure(settings, false);
    return serializer;
  }

  @Override
  public Deserializer<SpecificRecord> deserializer() {
    AvroDeserializer<SpecificRecord> deserializer = new AvroDeserializer<>(registry);
    deserializer.configure(settings, false);
    return deserializer;
  }

  @Override
  public void prepare(String topic, Schema schema) throws InterruptedException {
    ownSerializer().prepare(topic, schema);
  }
}
