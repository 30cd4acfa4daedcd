package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** No client can push the time of a partition. */
class EventTimeTest {
  private final EventTime eventTime =
      new EventTime(GateDriver.parts(new TestClock(GateDriver.START)));
  private final long now = GateDriver.START.toEpochMilli();

  @Test
  void aTimestampUpToNowIsTheEventTime() {
    assertThat(extracted(now)).isEqualTo(now);
    assertThat(extracted(now - 1)).isEqualTo(now - 1);
    assertThat(extracted(0)).isZero();
  }

  @Test
  void aTimestampAheadOfNowIsNow() {
    assertThat(extracted(now + 1)).isEqualTo(now);
    assertThat(extracted(now + Duration.ofDays(3_650).toMillis())).isEqualTo(now);
    assertThat(extracted(Long.MAX_VALUE)).isEqualTo(now);
  }

  @Test
  void aRecordWithoutTimestampGetsNow() {
    assertThat(extracted(ConsumerRecord.NO_TIMESTAMP)).isEqualTo(now);
  }

  @Test
  void anOutcomeOrControlIsNoOlderThanTwoWindowsHoweverWrongItsTimestamp() {
    long oldest = now - 2 * GateDriver.DEDUP_WINDOW.toMillis();
    RecordHeaders carried = new RecordHeaders();
    carried.add("oncegate.origin.topic", "agent.outcomes".getBytes(StandardCharsets.UTF_8));
    RecordHeaders carriedCommand = new RecordHeaders();
    carriedCommand.add("oncegate.origin.topic", "agent.commands".getBytes(StandardCharsets.UTF_8));

    assertThat(extracted("agent.outcomes", now / 1_000, new RecordHeaders())).isEqualTo(oldest);
    assertThat(extracted("agent.controls", 0, new RecordHeaders())).isEqualTo(oldest);
    assertThat(extracted("agent.outcomes", oldest + 1, new RecordHeaders())).isEqualTo(oldest + 1);
    assertThat(extracted("oncegate-reroute", 0, carried)).isEqualTo(oldest);
    assertThat(extracted("oncegate-reroute", 0, carriedCommand)).isZero();
  }

  private long extracted(long timestamp) {
    return extracted("agent.commands", timestamp, new RecordHeaders());
  }

  private long extracted(String topic, long timestamp, RecordHeaders headers) {
    ConsumerRecord<Object, Object> record =
        new ConsumerRecord<>(
            topic,
            0,
            0,
            timestamp,
            TimestampType.CREATE_TIME,
            0,
            0,
            "k",
            "v",
            headers,
            Optional.empty());
    return eventTime.extract(record, now + 1_000_000);
  }
}
