package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** No client can push the time of a partition. */
class EventTimeTest {
  private final EventTime eventTime = new EventTime(new TestClock(GateDriver.START));
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

  private long extracted(long timestamp) {
    ConsumerRecord<Object, Object> record =
        new ConsumerRecord<>(
            "agent.commands", 0, 0, timestamp, TimestampType.CREATE_TIME, 0, 0, "k", "v", new RecordHeaders(),
            Optional.empty());
    return eventTime.extract(record, now + 1_000_000);
  }
}
