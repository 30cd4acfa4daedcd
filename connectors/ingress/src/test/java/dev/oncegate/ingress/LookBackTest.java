package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LookBackTest {
  private static final TopicPartition ONE = new TopicPartition("agent.results", 0);
  private static final TopicPartition TWO = new TopicPartition("agent.results", 1);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final LatestStates states = new LatestStates(1_048_576);
  private final Log log = new Log();
  private final List<Long> taken = new ArrayList<>();

  /** Partition 0 with records, and partition 1 without; its offsets are found by time. */
  private static final class Log extends MockConsumer<byte[], byte[]> {
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

    Log() {
      super("earliest");
      assign(List.of(ONE, TWO));
      updateBeginningOffsets(Map.of(ONE, 0L, TWO, 0L));
    }

    void add(Duration age) {
      ConsumerRecord<byte[], byte[]> record =
          new ConsumerRecord<>(
              ONE.topic(),
              ONE.partition(),
              records.size(),
              Instant.now().minus(age).toEpochMilli(),
              TimestampType.CREATE_TIME,
              0,
              0,
              null,
              null,
              new RecordHeaders(),
              Optional.empty());
      records.add(record);
      addRecord(record);
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> times) {
      Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
      found.put(TWO, null);
      found.put(
          ONE,
          records.stream()
              .filter(record -> record.timestamp() >= times.get(ONE))
              .findFirst()
              .map(record -> new OffsetAndTimestamp(record.offset(), record.timestamp()))
              .orElse(null));
      return found;
    }
  }

  private void read(Duration back, Duration timeout, long end) throws InterruptedException {
    new LookBack(log, back, timeout, states)
        .read(
            Map.of(ONE, end, TWO, 0L),
            record -> {
              taken.add(record.offset());
              ActionResult result =
                  record.offset() == 0
                      ? AResult.decided(Decision.ACCEPTED)
                      : AResult.settled(OutcomeStatus.SUCCEEDED);
              states.accept(result);
            });
  }

  @Test
  @Timeout(10)
  void itReadsFromTheTimeToTheEndsAndKnowsTheLastState() throws Exception {
    log.add(Duration.ofMinutes(2));
    log.add(Duration.ofSeconds(30));
    log.add(Duration.ofSeconds(20));
    read(Duration.ofMinutes(1), LONG, 3);
    assertThat(taken).containsExactly(1L, 2L);
    assertThat(states.find(AResult.RUN, AResult.KEY).phase())
        .isEqualTo(ActionState.Phase.SUCCEEDED);
  }

  @Test
  @Timeout(10)
  void ofMoreThanThereIsRoomForItReadsTheLatest() throws Exception {
    int more = (int) states.capacity() + 7;
    for (int i = 0; i < more; i++) {
      log.add(Duration.ofSeconds(30));
    }
    read(Duration.ofMinutes(1), LONG, more);
    assertThat(taken).hasSize((int) states.capacity()).startsWith(7L).endsWith(more - 1L);
  }

  @Test
  @Timeout(10)
  void whereNothingIsAsYoungItReadsNothing() throws Exception {
    log.add(Duration.ofMinutes(2));
    read(Duration.ofMinutes(1), LONG, 1);
    assertThat(taken).isEmpty();
  }

  @Test
  @Timeout(10)
  void zeroIsNotToLookBack() throws Exception {
    log.add(Duration.ZERO);
    read(Duration.ZERO, LONG, 1);
    assertThat(taken).isEmpty();
  }

  /** An action whose end was not read any more would be told to be pending. */
  @Test
  @Timeout(10)
  void whereTheEndsAreNotReachedInTimeAllIsForgotten() throws Exception {
    log.add(Duration.ofSeconds(30));
    read(Duration.ofMinutes(1), Duration.ofMillis(100), 2);
    assertThat(taken).containsExactly(0L);
    assertThat(states.find(AResult.RUN, AResult.KEY)).isNull();
  }
}
