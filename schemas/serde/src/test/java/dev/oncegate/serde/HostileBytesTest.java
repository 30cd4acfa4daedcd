package dev.oncegate.serde;

import static dev.oncegate.serde.Samples.TOPIC;
import static dev.oncegate.serde.Samples.command;
import static dev.oncegate.serde.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.oncegate.schema.CircuitEvent;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever bytes there are: a record, or a {@link RecordNotReadableException}, at no cost beyond
 * their length.
 */
class HostileBytesTest {
  private static final FakeRegistry REGISTRY = new FakeRegistry();
  private static final long SEED = 20261124;

  private AvroDeserializer<SpecificRecord> deserializer;
  private byte[] valid;

  @AfterAll
  static void closeRegistry() {
    REGISTRY.close();
  }

  @BeforeEach
  void writeOne() {
    AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>();
    serializer.configure(settings(REGISTRY.url()), false);
    valid = serializer.serialize(TOPIC, command());
    deserializer = new AvroDeserializer<>();
    deserializer.configure(settings(REGISTRY.url()), false);
  }

  /** Whether the bytes are a record; any failure but the promised one comes out. */
  private boolean isRead(byte[] bytes) {
    try {
      deserializer.deserialize(TOPIC, bytes);
      return true;
    } catch (RecordNotReadableException e) {
      return false;
    }
  }

  @Test
  void randomBytesAfterAValidPrefix() {
    Random random = new Random(SEED);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[5 + random.nextInt(200)];
      random.nextBytes(bytes);
      System.arraycopy(valid, 0, bytes, 0, 5);
      assertThat(isRead(bytes)).as(() -> Arrays.toString(bytes)).isFalse();
    }
  }

  @Test
  void aNegativeSchemaIdWithoutAskingARegistryThatMayRefuseSuchAQuestion() {
    byte[] negative = valid.clone();
    negative[1] = (byte) 0x80;
    int asked = REGISTRY.requests().size();

    assertThat(isRead(negative)).isFalse();
    assertThat(REGISTRY.requests()).hasSize(asked);
  }

  @Test
  void aValidRecordWithSomeBytesChanged() {
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = valid.clone();
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt();
      }
      read += isRead(bytes) ? 1 : 0;
    }
    // A letter changed inside a text is still a record; a length changed is none.
    assertThat(read).isBetween(1_000, 99_000);
  }

  @Test
  void everyTruncationOfAValidRecord() {
    for (int length = 0; length < valid.length; length++) {
      assertThat(isRead(Arrays.copyOf(valid, length))).as("%d bytes", length).isFalse();
    }
    assertThat(isRead(valid)).isTrue();
  }

  @Test
  void bytesAfterTheRecord() {
    assertThatThrownBy(
            () -> deserializer.deserialize(TOPIC, Arrays.copyOf(valid, valid.length + 1)))
        .isInstanceOf(RecordNotReadableException.class)
        .hasMessageContaining("Bytes follow the record of schema");
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        -1,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE - 8,
        1L << 30
      })
  void aTextThatSaysItIsHuge(long length) {
    byte[] bytes = ByteBuffer.allocate(40).put(valid, 0, 5).put(zigZag(length)).array();
    long before = allocated();

    assertThat(isRead(bytes)).isFalse();

    assertThat(allocated() - before).isLessThan(10_000_000);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 8, 1L << 28, -(1L << 28)})
  void aListThatSaysItIsHuge(long count) {
    Schema schema = CircuitEvent.getClassSchema();
    int id = REGISTRY.register("circuits-value", schema.toString());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    for (Schema.Field field : schema.getFields()) {
      if (field.name().equals("last_calls")) {
        break;
      }
      out.write(0);
    }
    out.writeBytes(zigZag(count));
    out.writeBytes(new byte[64]);
    long before = allocated();

    assertThat(isRead(out.toByteArray())).isFalse();

    assertThat(allocated() - before).isLessThan(10_000_000);
  }

  @Test
  void aSchemaThatContainsItselfAsDeepAsTheRecordIsLong() {
    int id =
        REGISTRY.register(
            "deep",
            """
            {"type":"record","name":"ActionCommand","namespace":"dev.oncegate.schema","fields":[
              {"name":"inner","type":["null","ActionCommand"]},{"name":"run_id","type":"string"}]}""");
    byte[] deep = new byte[1_000_000];
    Arrays.fill(deep, (byte) 2);
    ByteBuffer.wrap(deep).put((byte) 0).putInt(id);

    assertThat(isRead(deep)).isFalse();
    assertThat(isRead(valid)).isTrue();
  }

  @Test
  void whatIsNotReadableDoesNotSpoilTheNext() {
    for (byte[] bytes :
        List.of(new byte[0], Arrays.copyOf(valid, 20), new byte[] {1}, Arrays.copyOf(valid, 999))) {
      assertThat(isRead(bytes)).isFalse();
      assertThat(deserializer.deserialize(TOPIC, valid)).isEqualTo(command());
    }
  }

  private static byte[] zigZag(long number) {
    ByteBuffer out = ByteBuffer.allocate(10);
    long rest = (number << 1) ^ (number >> 63);
    while ((rest & ~0x7FL) != 0) {
      out.put((byte) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    return Arrays.copyOf(out.put((byte) rest).array(), out.position());
  }

  /** Bytes that this thread has allocated so far. */
  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
