package dev.oncegate.connect.record;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.serde.JsonLine;
import dev.oncegate.serde.RegistryConfig;
import dev.oncegate.serde.RegistryUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The value converter of any source connector that brings commands as the text of a JSON object:
 * writes them to the commands topic as the gate reads them, Avro in Confluent's wire format.
 *
 * <p>A source may bring the same thing again, after a crash or in a new snapshot. What a command
 * does not say itself is therefore taken from the source, the same at each delivery: its key from
 * one header, so that the gate knows it again, and when it was issued from another, so that it is
 * EXPIRED rather than forgotten and done again once it is older than the gate remembers.
 *
 * <p>What is no command is not lost and stops nothing: its bytes go on as they are, and the gate
 * puts them on its dead-letter topic.
 */
public final class ActionCommandConverter implements Converter {
  /** The setting that names the header with the key. */
  public static final String KEY_HEADER = "idempotency.key.header";

  /** The setting that names the header with the time of issue. */
  public static final String ISSUED_AT_HEADER = "issued.at.header";

  private static final Logger LOG = LoggerFactory.getLogger(ActionCommandConverter.class);
  private static final ConfigDef OWN =
      new ConfigDef()
          .define(
              KEY_HEADER,
              Type.STRING,
              "id",
              Importance.MEDIUM,
              "Header whose text is the idempotency key of a command that brings none. The default"
                  + " is the one in which Debezium's outbox event router puts the id of the row.")
          .define(
              ISSUED_AT_HEADER,
              Type.STRING,
              "issued_at",
              Importance.MEDIUM,
              "Header with the time at which a command was issued that does not say so, as"
                  + " 2026-01-31T12:00:00Z.");

  private String keyHeader = "";
  private String issuedAtHeader = "";
  private @Nullable Serializer<SpecificRecord> avro;

  @Override
  public ConfigDef config() {
    ConfigDef all = new ConfigDef(RegistryConfig.DEFINITION);
    OWN.configKeys().values().forEach(all::define);
    return all;
  }

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {
    if (isKey) {
      throw new DataException(
          "a command is a value: set value.converter to this class, not key.converter");
    }
    Map<String, Object> own = OWN.parse(configs);
    keyHeader = (String) own.get(KEY_HEADER);
    issuedAtHeader = (String) own.get(ISSUED_AT_HEADER);
    avro = AvroSerdes.of(AvroSerdes.ONCEGATE, new HashMap<>(configs)).serializer();
  }

  /** Never called by a worker of Kafka 2.4 and later, which gives the headers too. */
  @Override
  public byte @Nullable [] fromConnectData(
      String topic, @Nullable Schema schema, @Nullable Object value) {
    throw new DataException("the headers of the record are needed");
  }

  @Override
  public byte @Nullable [] fromConnectData(
      String topic, Headers headers, @Nullable Schema schema, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (avro == null) {
      throw new IllegalStateException("not configured");
    }
    String json = text(value);
    ActionCommand command;
    try {
      command = (ActionCommand) JsonLine.read(ActionCommand.getClassSchema(), json);
      complete(command, headers);
    } catch (IllegalArgumentException | DateTimeException e) {
      LOG.warn(
          "What {} is to get is no command; it is sent as it is, for the gate's dead letters: {}",
          topic,
          e.getMessage());
      return json.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return avro.serialize(topic, command);
    } catch (RegistryUnavailableException e) {
      throw new RetriableException(e);
    }
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    throw new DataException(
        "a command is expected as the text of a JSON object, not as %s: with the outbox event router leave table.expand.json.payload false"
            .formatted(value.getClass().getSimpleName()));
  }

  private void complete(ActionCommand command, Headers headers) {
    String key = text(headers, keyHeader);
    if (command.getIdempotencyKey() == null && key != null) {
      command.setIdempotencyKey(key);
    }
    String issuedAt = text(headers, issuedAtHeader);
    if (command.getIssuedAt() == null && issuedAt != null) {
      command.setIssuedAt(
          Instant.ofEpochMilli(OffsetDateTime.parse(issuedAt).toInstant().toEpochMilli()));
    }
  }

  private static @Nullable String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** Commands are read by the gate alone. */
  @Override
  public SchemaAndValue toConnectData(String topic, byte @Nullable [] value) {
    throw new DataException(
        "this converter only writes: to read the gate's topics use GateRecordConverter");
  }
}
