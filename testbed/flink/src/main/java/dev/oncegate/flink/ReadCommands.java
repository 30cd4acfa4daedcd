package dev.oncegate.flink;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.AvroSerdes;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Finds the action that a command asks for. */
final class ReadCommands implements KafkaRecordDeserializationSchema<Delivery> {
  private static final long serialVersionUID = 1;

  private final String registryUrl;
  private transient Deserializer<SpecificRecord> avro;

  ReadCommands(String registryUrl) {
    this.registryUrl = registryUrl;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    avro =
        AvroSerdes.of(AvroSerdes.ONCEGATE, Map.of("schema.registry.url", registryUrl))
            .deserializer();
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Delivery> out) {
    ActionCommand command = (ActionCommand) avro.deserialize(record.topic(), record.value());
    out.collect(
        new Delivery(
            command.getRunId() + '/' + command.getIdempotencyKey(),
            record.key(),
            record.value(),
            true));
  }

  @Override
  public TypeInformation<Delivery> getProducedType() {
    return TypeInformation.of(Delivery.class);
  }
}
