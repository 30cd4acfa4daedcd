package dev.oncegate.serde;

import dev.oncegate.schema.TrustedSchemas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads Confluent's wire format into the generated class that bears the name of the writer's
 * schema, whatever version of it the writer had.
 *
 * <p>What cannot be read is a {@link RecordNotReadableException}; a registry that does not answer
 * is not.
 */
public final class AvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {
  static {
    TrustedSchemas.trust();
  }

  private static final int PREFIX_BYTES = 5;

  private @Nullable SchemaRegistryClient registry;
  private SubjectNameStrategy strategy = SubjectNameStrategy.TOPIC_NAME;
  private boolean isKey;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  private static final class Scratch {
    final Map<Integer, SpecificDatumReader<Object>> readers = new HashMap<>();
    @Nullable BinaryDecoder decoder;
  }

  /** For Kafka, which configures it. */
  public AvroDeserializer() {}

  /** With a registry client that others use too; {@link #configure} sets the rest. */
  public AvroDeserializer(SchemaRegistryClient registry) {
    this.registry = registry;
  }

  @Override
  public void configure(Map<String, ?> configs, boolean forKey) {
    RegistryConfig config = new RegistryConfig(configs);
    strategy = forKey ? config.keyStrategy() : config.valueStrategy();
    isKey = forKey;
    if (registry == null) {
      registry = new SchemaRegistryClient(config);
    }
  }

  /**
   * @throws RecordNotReadableException where the bytes are no record of a known schema
   * @throws RegistryUnavailableException where their schema is not known yet and the registry does
   *     not answer
   */
  @Override
  @SuppressWarnings("unchecked")
  public @Nullable T deserialize(String topic, byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    if (bytes.length < PREFIX_BYTES || bytes[0] != AvroSerializer.MAGIC) {
      throw new RecordNotReadableException(
          bytes.length < PREFIX_BYTES
              ? "%d bytes are too short for the wire format.".formatted(bytes.length)
              : "The first byte is 0x%02x; 0x00 is expected.".formatted(bytes[0]));
    }
    int id = ByteBuffer.wrap(bytes, 1, 4).getInt();
    if (id < 0) {
      // Not asked for: a registry may call that a bad request, which would look as if it refused
      // the gate.
      throw new RecordNotReadableException(
          "The schema's id is %d; no registry has such.".formatted(id));
    }
    Scratch own = scratch.get();
    SpecificDatumReader<Object> reader = own.readers.get(id);
    if (reader == null) {
      reader = readerOf(topic, id);
      own.readers.put(id, reader);
    }
    try {
      own.decoder =
          DecoderFactory.get()
              .binaryDecoder(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES, own.decoder);
      Object record = reader.read(null, own.decoder);
      if (!own.decoder.isEnd()) {
        throw new RecordNotReadableException("Bytes follow the record of schema %d.".formatted(id));
      }
      return (T) record;
    } catch (RecordNotReadableException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // Whatever it is, it comes from the bytes or the writer's schema alone, and comes again each
      // time they are read.
      // A schema that contains itself, skipped, may go as deep as there are bytes.
      throw new RecordNotReadableException(
          "The bytes are no record of schema %d: %s".formatted(id, e), e);
    }
  }

  private SpecificDatumReader<Object> readerOf(String topic, int id) {
    if (registry == null) {
      throw new IllegalStateException("not configured");
    }
    // Other strategies name the subject after the record, which is not known before the schema is.
    boolean named = strategy == SubjectNameStrategy.TOPIC_NAME;
    Schema writer;
    try {
      writer = registry.schemaOf(id, named ? SubjectNameStrategy.topicSubject(topic, isKey) : "");
    } catch (RegistryException e) {
      if (e.isAboutTheSchema()) {
        throw new RecordNotReadableException(
            "The registry has no Avro schema %d: %s".formatted(id, e.getMessage()), e);
      }
      throw e;
    }
    return new SpecificDatumReader<>(
        writer, SpecificData.get().getSchema(generatedClass(id, writer)));
  }

  /** Found without running any of its code: whoever may register a schema chooses the name. */
  private static Class<?> generatedClass(int id, Schema writer) {
    try {
      Class<?> named =
          Class.forName(writer.getFullName(), false, AvroDeserializer.class.getClassLoader());
      if (writer.getType() == Schema.Type.RECORD && SpecificRecord.class.isAssignableFrom(named)) {
        return named;
      }
    } catch (ClassNotFoundException | LinkageError e) {
      // Told below: it is none of ours.
    }
    throw new RecordNotReadableException(
        "Schema %d is %s, which is none of ours.".formatted(id, writer.getFullName()));
  }
}
