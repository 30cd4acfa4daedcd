package dev.oncegate.serde;

import dev.oncegate.schema.TrustedSchemas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes records in Confluent's wire format: a zero byte, the schema's id in four bytes, Avro
 * binary. Buffers are kept for each thread; ids are resolved once for each topic and schema.
 */
public final class AvroSerializer<T extends SpecificRecord> implements Serializer<T> {
  static {
    TrustedSchemas.trust();
  }

  static final byte MAGIC = 0;

  private @Nullable SchemaRegistryClient registry;
  private SubjectNameStrategy strategy = SubjectNameStrategy.TOPIC_NAME;
  private boolean isKey;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  private static final class Scratch {
    final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    final Map<String, Map<Schema, Target>> targets = new HashMap<>();
  }

  /** What a schema needs on a topic: the first five bytes, and who writes the others. */
  private record Target(byte[] prefix, DatumWriter<SpecificRecord> writer) {}

  /** For Kafka, which configures it. */
  public AvroSerializer() {}

  /** With a registry client that others use too; {@link #configure} sets the rest. */
  public AvroSerializer(SchemaRegistryClient registry) {
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
   * Resolves the id of a schema on a topic ahead of the first record; waits while the registry does
   * not answer.
   *
   * @throws RegistryException where the registry refuses the schema
   */
  public void prepare(String topic, Schema schema) throws InterruptedException {
    registry().prepare(strategy.subject(topic, isKey, schema), schema);
  }

  /**
   * @throws RegistryException where the registry refuses the schema
   * @throws RegistryUnavailableException where the schema's id is not known yet and the registry
   *     does not answer
   */
  @Override
  public byte @Nullable [] serialize(String topic, @Nullable T record) {
    if (record == null) {
      return null;
    }
    Scratch own = scratch.get();
    Schema schema = record.getSchema();
    Target target = target(own, topic, schema);
    own.out.reset();
    own.out.writeBytes(target.prefix);
    try {
      target.writer.write(record, own.encoder);
      own.encoder.flush();
    } catch (IOException | RuntimeException e) {
      // Half a record is left in the encoder.
      scratch.remove();
      throw new SerializationException(
          "cannot write a %s for %s".formatted(schema.getFullName(), topic), e);
    }
    return own.out.toByteArray();
  }

  private Target target(Scratch own, String topic, Schema schema) {
    Map<Schema, Target> ofTopic = own.targets.computeIfAbsent(topic, t -> new IdentityHashMap<>());
    Target target = ofTopic.get(schema);
    if (target == null) {
      int id = registry().idOf(strategy.subject(topic, isKey, schema), schema);
      byte[] prefix = ByteBuffer.allocate(5).put(MAGIC).putInt(id).array();
      target = new Target(prefix, RecordWriter.of(schema));
      ofTopic.put(schema, target);
    }
    return target;
  }

  private SchemaRegistryClient registry() {
    if (registry == null) {
      throw new IllegalStateException("not configured");
    }
    return registry;
  }
}
