package dev.oncegate.flink;

import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends effects to one topic and answers to another. */
final class WriteRecords implements KafkaRecordSerializationSchema<Delivery> {
  private static final long serialVersionUID = 1;

  private final String effects;
  private final String answers;

  WriteRecords(String effects, String answers) {
    this.effects = effects;
    this.answers = answers;
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      Delivery delivery, KafkaSinkContext context, Long timestamp) {
    return new ProducerRecord<>(
        delivery.isEffect ? effects : answers, delivery.key, delivery.value);
  }
}
