package dev.oncegate.serde;

import dev.oncegate.schema.TrustedSchemas;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The classes of kafka-avro-serializer, found by name: they are not on Maven Central, so nothing
 * here may need them to compile. Their failures are told apart by {@link ConfluentFailure}.
 */
record ConfluentSerdes(
    Serializer<SpecificRecord> serializer, Deserializer<SpecificRecord> deserializer)
    implements AvroSerdes {
  static {
    TrustedSchemas.trust();
  }

  private static final String PACKAGE = "io.confluent.kafka.serializers.";
  private static final RegistryWait PATIENCE =
      new RegistryWait(Duration.ofSeconds(1), Duration.ofSeconds(20));

  /** Longer than the encoding of the smallest record of any of our schemas. */
  private static final int ENOUGH_ZEROS = 1024;

  static ConfluentSerdes of(Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("specific.avro.reader", true);
    Serializer<Object> serializer = newInstance("KafkaAvroSerializer");
    serializer.configure(all, false);
    Deserializer<Object> deserializer = newInstance("KafkaAvroDeserializer");
    deserializer.configure(all, false);
    return new ConfluentSerdes(new Writing(serializer), new Reading(deserializer));
  }

  /**
   * Writes one record and forgets it: the very path of all others, so that what it resolves is what
   * they need.
   */
  @Override
  public void prepare(String topic, Schema schema) throws InterruptedException {
    SpecificRecord smallest = smallest(schema);
    PATIENCE.untilItAnswers(() -> serializer.serialize(topic, smallest));
  }

  /**
   * Zero bytes are the empty text, the number zero, the empty list and the first branch of a union.
   */
  static SpecificRecord smallest(Schema schema) {
    try {
      byte[] zeros = new byte[ENOUGH_ZEROS];
      return new SpecificDatumReader<SpecificRecord>(schema)
          .read(null, DecoderFactory.get().binaryDecoder(zeros, null));
    } catch (IOException e) {
      throw new IllegalStateException("no smallest record of " + schema.getFullName(), e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> T newInstance(String simpleName) {
    try {
      return (T) Class.forName(PACKAGE + simpleName).getConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new ConfigException(
          "gate.avro.serde",
          CONFLUENT,
          ("%s%s cannot be loaded (%s): build with the Maven profile 'confluent', which adds kafka-avro-serializer "
                  + "from Confluent's repository, or set gate.avro.serde=oncegate")
              .formatted(PACKAGE, simpleName, e));
    }
  }

  private record Writing(Serializer<Object> confluent) implements Serializer<SpecificRecord> {
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable SpecificRecord record) {
      try {
        return confluent.serialize(topic, record);
      } catch (RuntimeException e) {
        throw ConfluentFailure.writing(e);
      }
    }

    @Override
    public byte @Nullable [] serialize(
        String topic, Headers headers, @Nullable SpecificRecord record) {
      try {
        return confluent.serialize(topic, headers, record);
      } catch (RuntimeException e) {
        throw ConfluentFailure.writing(e);
      }
    }

    @Override
    public void close() {
      confluent.close();
    }
  }

  private record Reading(Deserializer<Object> confluent) implements Deserializer<SpecificRecord> {
    @Override
    public @Nullable SpecificRecord deserialize(String topic, byte @Nullable [] bytes) {
      try {
        return asRecord(confluent.deserialize(topic, bytes));
      } catch (RuntimeException | StackOverflowError e) {
        throw ConfluentFailure.reading(e);
      }
    }

    @Override
    public @Nullable SpecificRecord deserialize(
        String topic, Headers headers, byte @Nullable [] bytes) {
      try {
        return asRecord(confluent.deserialize(topic, headers, bytes));
      } catch (RuntimeException | StackOverflowError e) {
        throw ConfluentFailure.reading(e);
      }
    }

    private static @Nullable SpecificRecord asRecord(@Nullable Object value) {
      if (value == null || value instanceof SpecificRecord) {
        return (SpecificRecord) value;
      }
      throw new RecordNotReadableException(
          "A %s is none of our records.".formatted(value.getClass().getName()));
    }

    @Override
    public void close() {
      confluent.close();
    }
  }
}
