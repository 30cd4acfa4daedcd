package dev.oncegate.serde;

import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** The classes of this package, both with one registry client and its caches. */
record OwnSerdes(
    AvroSerializer<SpecificRecord> serializer, AvroDeserializer<SpecificRecord> deserializer)
    implements AvroSerdes {

  static OwnSerdes of(Map<String, ?> settings) {
    SchemaRegistryClient registry = new SchemaRegistryClient(new RegistryConfig(settings));
    AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>(registry);
    serializer.configure(settings, false);
    AvroDeserializer<SpecificRecord> deserializer = new AvroDeserializer<>(registry);
    deserializer.configure(settings, false);
    return new OwnSerdes(serializer, deserializer);
  }

  @Override
  public void prepare(String topic, Schema schema) throws InterruptedException {
    serializer.prepare(topic, schema);
  }
}
