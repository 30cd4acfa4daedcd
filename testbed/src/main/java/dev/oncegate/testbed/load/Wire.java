package dev.oncegate.testbed.load;

import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.serde.RegistryConfig;
import dev.oncegate.serde.SchemaRegistryClient;
import dev.oncegate.serde.SubjectNameStrategy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of deliveries. All schemas are resolved when it is made, so that the registry may
 * be down afterwards. Safe for use by several threads.
 */
final class Wire {
  /** A zero byte and the schema's id. */
  private static final int PREFIX_BYTES = 5;

  private final Topics topics;
  private final int partitions;
  private final Serializer<SpecificRecord> serializer;
  private final Map<WriterSchema, byte[]> prefixes = new EnumMap<>(WriterSchema.class);

  /**
   * Resolves all schemas; waits for the registry.
   *
   * @param settings that reach the registry
   * @param partitions of the commands topic
   */
  Wire(AvroSerdes serdes, Map<String, ?> settings, Topics topics, int partitions)
      throws InterruptedException {
    this.topics = topics;
    this.partitions = partitions;
    this.serializer = serdes.serializer();
    serdes.prepare(topics.commands(), ActionCommand.getClassSchema());
    serdes.prepare(topics.outcomes(), ActionOutcome.getClassSchema());
    serdes.prepare(topics.controls(), ControlCommand.getClassSchema());
    SchemaRegistryClient registry = new SchemaRegistryClient(new RegistryConfig(settings));
    for (WriterSchema writer : WriterSchema.values()) {
      Schema schema = writer.schema();
      String subject = SubjectNameStrategy.TOPIC_NAME.subject(topics.commands(), false, schema);
      int id = registry.prepare(subject, schema);
      prefixes.put(writer, ByteBuffer.allocate(PREFIX_BYTES).put((byte) 0).putInt(id).array());
    }
  }

  /** The record of a delivery that is sent now, by the clock in milliseconds since the epoch. */
  ProducerRecord<@Nullable String, byte @Nullable []> record(Delivery delivery, long nowMs) {
    Delivery.Payload payload = delivery.payload();
    String scope = delivery.runId();
    if (payload instanceof Delivery.Order order) {
      return at(
          delivery, nowMs, topics.controls(), scope, bytes(topics.controls(), order.control()));
    } else if (payload instanceof Delivery.Stray stray) {
      return at(
          delivery, nowMs, topics.outcomes(), scope, bytes(topics.outcomes(), stray.outcome()));
    } else if (payload instanceof Delivery.Rubbish rubbish) {
      byte[] bytes = rubbish.bytes() == null ? null : rubbish.bytes().get();
      return at(delivery, nowMs, name(rubbish.target()), scope, bytes);
    } else if (payload instanceof Delivery.CutOff cutOff) {
      byte[] whole = bytes(topics.commands(), cutOff.command());
      return at(delivery, nowMs, topics.commands(), scope, Arrays.copyOf(whole, whole.length - 10));
    } else if (payload instanceof Delivery.Call call) {
      ActionCommand command = call.at(nowMs);
      return at(
          delivery, nowMs, topics.commands(), command.getRunId(), bytes(command, call.writer()));
    }
    throw new IllegalStateException("no such payload: " + payload);
  }

  /** The bytes of an order that is not part of a script. */
  ProducerRecord<@Nullable String, byte @Nullable []> record(ControlCommand control) {
    return new ProducerRecord<>(
        topics.controls(), control.getRunId(), bytes(topics.controls(), control));
  }

  private ProducerRecord<@Nullable String, byte @Nullable []> at(
      Delivery delivery, long nowMs, String topic, String scope, byte @Nullable [] bytes) {
    Random chance = new Random(delivery.chance());
    Integer partition = delivery.placement().partitionOf(scope, partitions, chance);
    String key = delivery.placement().keyOf(scope, chance);
    return new ProducerRecord<>(topic, partition, delivery.timestamp().at(nowMs), key, bytes);
  }

  private String name(Delivery.Target target) {
    return switch (target) {
      case COMMANDS -> topics.commands();
      case OUTCOMES -> topics.outcomes();
      case CONTROLS -> topics.controls();
    };
  }

  private byte[] bytes(String topic, SpecificRecord record) {
    return serializer.serialize(topic, record);
  }

  /** Through the current version: what is read with another version is written with it. */
  private byte[] bytes(ActionCommand command, WriterSchema writer) {
    byte[] current = bytes(topics.commands(), command);
    if (writer == WriterSchema.CURRENT) {
      return current;
    }
    Schema schema = writer.schema();
    ByteArrayOutputStream out = new ByteArrayOutputStream(current.length + 16);
    out.writeBytes(prefixes.get(writer));
    try {
      GenericRecord read =
          new GenericDatumReader<GenericRecord>(command.getSchema(), schema)
              .read(
                  null,
                  DecoderFactory.get()
                      .binaryDecoder(current, PREFIX_BYTES, current.length - PREFIX_BYTES, null));
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new GenericDatumWriter<GenericRecord>(schema).write(read, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a command with the schema " + writer, e);
    }
    return out.toByteArray();
  }
}
