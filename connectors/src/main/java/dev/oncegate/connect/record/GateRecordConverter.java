package dev.oncegate.connect.record;

import dev.oncegate.serde.RegistryConfig;
import dev.oncegate.serde.RegistryException;
import dev.oncegate.serde.RegistryUnavailableException;
import dev.oncegate.serde.SchemaRegistryClient;
import dev.oncegate.serde.SubjectNameStrategy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The value converter of any sink connector that takes what is on the gate's topics: Avro in
 * Confluent's wire format, by the writer's schema, so that a field that a later version adds is
 * there.
 *
 * <p>The promise: a registry that is away or refuses makes a record wait, for as long as {@code
 * errors.retry.timeout} says, and never makes it one that cannot be read. A converter that does not
 * tell the two apart makes a sink that puts bad records aside lose good ones while the registry is
 * down.
 */
public final class GateRecordConverter implements Converter {
  private static final Logger LOG = LoggerFactory.getLogger(GateRecordConverter.class);
  private static final int PREFIX_BYTES = 5;
  private static final byte MAGIC = 0;

  private final Map<Integer, Reader> readers = new HashMap<>();
  private boolean namedByTopic;
  private @Nullable SchemaRegistryClient registry;
  private @Nullable BinaryDecoder decoder;

  /** Reads the records of one schema; Connect's schema is always the same instance. */
  private record Reader(
      GenericDatumReader<Object> avro, org.apache.avro.Schema written, Schema schema) {}

  @Override
  public ConfigDef config() {
    return RegistryConfig.DEFINITION;
  }

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    if (isKey) {
      throw new DataException(
          "the keys on the gate's topics are text: set value.converter to this class, not key.converter");
    }
    RegistryConfig config = new RegistryConfig(configs);
    namedByTopic = config.valueStrategy() == SubjectNameStrategy.TOPIC_NAME;
    registry = new SchemaRegistryClient(config);
  }

  @Override
  public SchemaAndValue toConnectData(String topic, byte @Nullable [] bytes) {
    if (bytes == null) {
      return SchemaAndValue.NULL;
    }
    if (bytes.length < PREFIX_BYTES || bytes[0] != MAGIC) {
      throw new DataException("The bytes are no Avro in Confluent's wire format.");
    }
    int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    if (id < 0) {
      // Not asked for: a registry may call that a bad request, and the bytes would wait for ever.
      throw new DataException("The schema's id is %d; no registry has such.".formatted(id));
    }
    Reader reader = readers.get(id);
    if (reader == null) {
      reader = reader(topic, id);
      readers.put(id, reader);
    }
    try {
      decoder =
          DecoderFactory.get()
              .binaryDecoder(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES, decoder);
      Object value = reader.avro().read(null, decoder);
      if (!decoder.isEnd()) {
        throw new DataException("Bytes follow the record of schema %d.".formatted(id));
      }
      return new SchemaAndValue(
          reader.schema(), ConnectData.value(reader.written(), reader.schema(), value));
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new DataException("The bytes are no record of schema %d: %s".formatted(id, e), e);
    }
  }

  private Reader reader(String topic, int id) {
    org.apache.avro.Schema written = written(topic, id);
    try {
      return new Reader(new GenericDatumReader<>(written), written, ConnectData.schema(written));
    } catch (StackOverflowError e) {
      throw new DataException("Schema %d contains itself; none of the gate's does.".formatted(id));
    }
  }

  private org.apache.avro.Schema written(String topic, int id) {
    if (registry == null) {
      throw new IllegalStateException("not configured");
    }
    try {
      return registry.schemaOf(id, namedByTopic ? topic + "-value" : "");
    } catch (RegistryUnavailableException e) {
      throw waiting(topic, e);
    } catch (RegistryException e) {
      if (e.isAboutTheSchema()) {
        throw new DataException("The registry has no schema %d: %s".formatted(id, e), e);
      }
      throw waiting(topic, e);
    }
  }

  /** Connect itself tells nobody that it tries again. */
  private static RetriableException waiting(String topic, RuntimeException cause) {
    LOG.warn("A record of {} waits for the schema registry: {}", topic, cause.getMessage());
    return new RetriableException(cause);
  }

  /** What is on the gate's topics is written by others. */
  @Override
  public byte[] fromConnectData(String topic, @Nullable Schema schema, @Nullable Object value) {
    throw new DataException(
        "this converter only reads: to write commands use ActionCommandConverter");
  }
}
