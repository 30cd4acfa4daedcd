package dev.oncegate.connect.wire;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionExecution;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.serde.RecordNotReadableException;
import dev.oncegate.serde.RegistryConfig;
import dev.oncegate.serde.RegistryException;
import dev.oncegate.serde.RegistryUnavailableException;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;

/**
 * Bytes to records and back, by the gate's own serde: the same settings, the same bytes. The one
 * place that knows it.
 */
public final class Wire {
  private static final String KIND = "gate.avro.serde";

  private final AvroSerdes serdes;

  private Wire(AvroSerdes serdes) {
    this.serdes = serdes;
  }

  /**
   * @param settings of the connector; those of the registry are among them
   * @throws ConfigException where one is missing or wrong
   */
  public static Wire of(Map<String, String> settings) {
    return new Wire(AvroSerdes.of(settings.getOrDefault(KIND, AvroSerdes.ONCEGATE), settings));
  }

  /** The registry's settings, and whose serde it is. */
  public static ConfigDef definition() {
    ConfigDef definition = new ConfigDef(RegistryConfig.DEFINITION);
    return definition.define(
        KIND,
        ConfigDef.Type.STRING,
        AvroSerdes.ONCEGATE,
        ConfigDef.ValidString.in(AvroSerdes.ONCEGATE, AvroSerdes.CONFLUENT),
        ConfigDef.Importance.LOW,
        "Whose Avro classes read and write records; confluent needs kafka-avro-serializer in the plug-in's folder.");
  }

  /**
   * @throws ConfigException where the registry's settings do not fit together
   */
  public static void check(Map<String, String> settings) {
    new RegistryConfig(settings);
  }

  /**
   * Resolves the ids of what is written, waiting for the registry, so that it may be down later.
   *
   * @throws ConnectException where it refuses
   */
  public void prepare(String outcomes, String executions) {
    try {
      serdes.prepare(outcomes, ActionOutcome.getClassSchema());
      serdes.prepare(executions, ActionExecution.getClassSchema());
    } catch (RegistryException e) {
      throw new ConnectException("The schema registry refuses: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConnectException("Interrupted while waiting for the schema registry", e);
    }
  }

  /**
   * The effect of some bytes.
   *
   * @throws DataException where they are none and never will be
   * @throws RetriableException where the registry does not answer
   */
  public ActionEffect effect(String topic, Object value) {
    if (!(value instanceof byte[] bytes)) {
      throw new DataException(
          "bytes are expected, not %s: set value.converter to ByteArrayConverter"
              .formatted(value == null ? "a record without a value" : value.getClass().getName()));
    }
    SpecificRecord record;
    try {
      record = serdes.deserializer().deserialize(topic, bytes);
    } catch (RecordNotReadableException e) {
      throw new DataException("The bytes are no ActionEffect: " + e.getMessage(), e);
    } catch (RegistryUnavailableException e) {
      throw new RetriableException("The schema registry does not answer: " + e.getMessage(), e);
    } catch (RegistryException e) {
      throw new ConnectException("The schema registry refuses: " + e.getMessage(), e);
    }
    if (record instanceof ActionEffect effect) {
      return effect;
    }
    throw new DataException(
        "The record is no ActionEffect but " + record.getSchema().getFullName());
  }

  /** The bytes of a record whose schema {@link #prepare} has resolved. */
  public byte[] bytes(String topic, SpecificRecord record) {
    return serdes.serializer().serialize(topic, record);
  }
}
