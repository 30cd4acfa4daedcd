package dev.oncegate.serde;

import static dev.oncegate.serde.Samples.TOPIC;
import static dev.oncegate.serde.Samples.command;
import static dev.oncegate.serde.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.RunCallCounts;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class AvroSerdesTest {
  static final List<Schema> SCHEMAS =
      List.of(
          ActionCommand.getClassSchema(),
          ActionEffect.getClassSchema(),
          ActionOutcome.getClassSchema(),
          ActionResult.getClassSchema(),
          CircuitEvent.getClassSchema(),
          ConflictEvent.getClassSchema(),
          ControlCommand.getClassSchema(),
          Escalation.getClassSchema(),
          RunCallCounts.getClassSchema());

  @Test
  void ourOwnShareOneRegistryClient() throws InterruptedException {
    try (FakeRegistry registry = new FakeRegistry()) {
      AvroSerdes serdes = AvroSerdes.of("oncegate", settings(registry.url()));
      serdes.prepare(TOPIC, ActionCommand.getClassSchema());
      registry.down();

      byte[] bytes = serdes.serializer().serialize(TOPIC, command());

      assertThat(serdes.deserializer().deserialize(TOPIC, bytes)).isEqualTo(command());
      assertThat(registry.asked()).hasSize(1);
    }
  }

  @Test
  void withoutConfluentsClassesTheProfileIsNamed() {
    assertThatThrownBy(() -> AvroSerdes.of("confluent", settings("http://localhost:1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gate.avro.serde")
        .hasMessageContaining("io.confluent.kafka.serializers.KafkaAvroSerializer")
        .hasMessageContaining("Maven profile 'confluent'");
  }

  @Test
  void anotherKindIsRefused() {
    assertThatThrownBy(() -> AvroSerdes.of("apicurio", settings("http://localhost:1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("allowed are oncegate and confluent");
  }

  @Test
  void theSmallestRecordOfEverySchemaCanBeWritten() {
    try (FakeRegistry registry = new FakeRegistry()) {
      AvroSerdes serdes = AvroSerdes.of("oncegate", settings(registry.url()));
      for (Schema schema : SCHEMAS) {
        SpecificRecord smallest = ConfluentSerdes.smallest(schema);

        byte[] bytes = serdes.serializer().serialize(TOPIC, smallest);

        assertThat(bytes).hasSizeLessThan(512);
        assertThat(serdes.deserializer().deserialize(TOPIC, bytes)).isEqualTo(smallest);
      }
    }
  }
}
