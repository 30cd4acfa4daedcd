package dev.oncegate.testbed.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.SideEffectClass;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class CommandSenderTest {
  private static final Topics TOPICS = Topics.of("agent.", "gate");
  private static final Serializer<SpecificRecord> AS_TEXT =
      (topic, record) -> (topic + record.get(0)).getBytes(StandardCharsets.UTF_8);

  private final MockProducer<String, byte[]> producer =
      new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
  private final CommandSender sender = new CommandSender(producer, AS_TEXT, TOPICS, 4);
  private final Random random = new Random(1);
  private final ActionCommand command =
      ActionCommand.newBuilder()
          .setRunId("run")
          .setTool("pay")
          .setSideEffectClass(SideEffectClass.WRITE)
          .setCorrelationId("corr")
          .build();

  @Test
  void aCommandIsKeyedByItsScopeAndBearsTraceAndCorrelation() {
    sender.send(command, Placement.MURMUR2, random);

    ProducerRecord<String, byte[]> sent = last();
    assertThat(sent.topic()).isEqualTo("agent.commands");
    assertThat(sent.key()).isEqualTo("run");
    assertThat(sent.partition()).isNull();
    assertThat(sent.value()).asString().isEqualTo("agent.commandsrun");
    assertThat(header(sent, "traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    assertThat(header(sent, "correlation-id")).isEqualTo("corr");
  }

  @Test
  void crc32PutsTheScopeWhereLibrdkafkaWould() {
    sender.send(command, Placement.CRC32, random);

    // Not by java.util.zip: by the polynomial, bit by bit.
    assertThat(last().partition()).isEqualTo((int) (crc32("run") % 4));
    assertThat(last().key()).isEqualTo("run");
  }

  @Test
  void aForeignKeySaysNothingOfTheScope() {
    sender.send(command, Placement.RANDOM_KEY, random);
    assertThat(last().key()).isNotBlank().isNotEqualTo("run");
    assertThat(last().partition()).isNull();
  }

  @Test
  void withoutAKeyCommandsOfOneScopeLieEverywhere() {
    TreeSet<Integer> partitions = new TreeSet<>();
    for (int i = 0; i < 50; i++) {
      sender.send(command, Placement.NO_KEY, random);
      assertThat(last().key()).isNull();
      partitions.add(last().partition());
    }
    assertThat(partitions).containsExactly(0, 1, 2, 3);
  }

  @Test
  void bytesGoAsTheyAreAndControlsGoToTheControls() {
    sender.sendBytes("key", new byte[] {1, 2});
    assertThat(last().topic()).isEqualTo("agent.commands");
    assertThat(last().value()).containsExactly(1, 2);

    sender.send(
        ControlCommand.newBuilder()
            .setRunId("run")
            .setControlId("c")
            .setType(ControlType.RESET)
            .build());
    assertThat(last().topic()).isEqualTo("agent.controls");
    assertThat(last().key()).isEqualTo("run");
  }

  @Test
  void aCommandThatIsNotAcknowledgedFailsItsSender() {
    MockProducer<String, byte[]> failing =
        new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
    var sent =
        new CommandSender(failing, AS_TEXT, TOPICS, 4).send(command, Placement.MURMUR2, random);
    failing.errorNext(new IllegalStateException("gone"));
    assertThatThrownBy(sent::join).hasRootCauseMessage("gone");
  }

  private ProducerRecord<String, byte[]> last() {
    List<ProducerRecord<String, byte[]>> history = producer.history();
    return history.get(history.size() - 1);
  }

  private static String header(ProducerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static long crc32(String text) {
    int crc = ~0;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 1 ? (crc >>> 1) ^ 0xEDB88320 : crc >>> 1;
      }
    }
    return ~crc & 0xffffffffL;
  }
}
