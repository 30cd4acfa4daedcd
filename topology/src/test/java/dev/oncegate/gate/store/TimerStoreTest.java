package dev.oncegate.gate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.intake.ActionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimerStoreTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final int ALL = 1_000_000;

  private final TopologyTestDriver driver = driver();
  private final KeyValueStore<byte[], byte[]> store = driver.getKeyValueStore(TimerStore.NAME);
  private TimerStore timers = new TimerStore(store);

  private static TopologyTestDriver driver() {
    Topology topology = new Topology();
    topology.addSource("in", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "in");
    topology.addProcessor("idle", Idle::new, "in");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(TimerStore.NAME), Serdes.ByteArray(), Serdes.ByteArray()),
        "idle");
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "timers");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "not-used:9092");
    config.put("processing.exception.handler.global.enabled", true);
    return new TopologyTestDriver(topology, config);
  }

  private static final class Idle implements Processor<byte[], byte[], byte[], byte[]> {
    @Override
    public void process(Record<byte[], byte[]> record) {
      throw new UnsupportedOperationException("nothing comes in");
    }
  }

  @AfterEach
  @AfterProperty
  void close() {
    driver.close();
  }

  @Test
  void aTimerThatIsTakenOffBeforeTheCommitWritesNothing() {
    timers.schedule(deadline(0, "k"));
    timers.cancel(deadline(0, "k"));
    timers.writeChanges();

    assertThat(records()).isEmpty();
    assertThat(timers.takeDue(NOW + 1_000, ALL)).isEmpty();
  }

  @Test
  void oneThatIsTakenOffAfterTheCommitWritesNothingAndIsNotTaken() {
    timers.schedule(deadline(100, "k"));
    timers.writeChanges();
    int written = records().size();
    timers.cancel(deadline(100, "k"));
    timers.writeChanges();

    assertThat(records()).hasSize(written);
    assertThat(timers.takeDue(NOW + 1_000, ALL)).isEmpty();
    assertThat(records()).isEmpty();
  }

  @Test
  void allOfACommitThatAreDueTogetherAreOneRecord() {
    for (int i = 0; i < 100; i++) {
      timers.schedule(deadline(i, "k" + i));
    }
    timers.writeChanges();

    assertThat(records()).hasSize(1);
  }

  @Test
  void whatIsLeftOfASlotOutlivesTheTask() {
    timers.schedule(deadline(10, "first"));
    timers.schedule(deadline(20, "second"));
    timers.writeChanges();

    assertThat(timers.takeDue(NOW + 10, ALL)).containsExactly(deadline(10, "first"));
    timers.writeChanges();
    timers = new TimerStore(store);

    assertThat(timers.takeDue(NOW + 20, ALL)).containsExactly(deadline(20, "second"));
    timers.writeChanges();
    timers = new TimerStore(store);
    assertThat(timers.takeDue(NOW + 10_000, ALL)).isEmpty();
  }

  @Test
  void whatWasWrittenARecordEachIsTakenWithTheOthersInOrder() {
    byte[] id = new ActionId("run", "old").toBytes();
    store.put(
        ByteBuffer.allocate(Long.BYTES + 1 + id.length)
            .putLong(NOW + 15)
            .put((byte) 1)
            .put(id)
            .array(),
        new byte[0]);
    timers.schedule(deadline(10, "first"));
    timers.schedule(deadline(20, "last"));

    assertThat(timers.takeDue(NOW + 1_000, ALL))
        .containsExactly(deadline(10, "first"), deadline(15, "old"), deadline(20, "last"));
    timers.writeChanges();
    assertThat(records()).isEmpty();
  }

  @Test
  void aBacklogIsTakenInPartsAndInOrder() {
    List<Timer> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(deadline(i * 13, "k" + i));
      timers.schedule(deadline(i * 13, "k" + i));
      if (i % 10 == 0) {
        timers.writeChanges();
      }
    }
    timers.writeChanges();
    timers = new TimerStore(store);
    List<Timer> taken = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      List<Timer> part = timers.takeDue(NOW + 100_000, 100);
      assertThat(part).hasSize(100);
      taken.addAll(part);
      timers.writeChanges();
    }

    assertThat(taken).isEqualTo(all);
    assertThat(timers.takeDue(NOW + 100_000, 100)).isEmpty();
    assertThat(records()).isEmpty();
  }

  @Test
  void moreThanFitIntoMemoryAreReadAgainWhenTheyAreDue() {
    int many = 70_000;
    Set<Timer> all = new HashSet<>();
    for (int i = 0; i < many; i++) {
      Timer timer = deadline(i, "k" + i);
      all.add(timer);
      timers.schedule(timer);
      if (i % 1_000 == 0) {
        timers.writeChanges();
      }
    }
    timers.writeChanges();

    List<Timer> taken = timers.takeDue(NOW + many, ALL);

    assertThat(taken).hasSize(many);
    assertThat(new HashSet<>(taken)).isEqualTo(all);
  }

  @Property(tries = 300)
  void eachTimerIsTakenOnceWhenItIsDueWhateverHappensToTheTask(
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 9_999) Integer> steps) {
    // One instance has all tries.
    records().forEach(record -> store.delete(record.key));
    timers = new TimerStore(store);
    Set<Timer> waiting = new HashSet<>();
    Set<Timer> takenOff = new HashSet<>();
    long now = NOW;
    for (int step : steps) {
      Timer timer = new Timer.Deadline(now + step % 97 * 7, new ActionId("run", "k" + step % 13));
      switch (step / 1_000) {
        case 0, 1, 2, 3, 4 -> {
          timers.schedule(timer);
          waiting.add(timer);
          takenOff.remove(timer);
        }
        case 5 -> {
          timers.cancel(timer);
          if (waiting.remove(timer)) {
            takenOff.add(timer);
          }
        }
        case 6, 7 -> {
          now += step % 300;
          for (Timer due : timers.takeDue(now, ALL)) {
            assertThat(due.dueMs()).isLessThanOrEqualTo(now);
            // A deadline that was taken off may come back after a restart, and only then.
            assertThat(waiting.remove(due) || takenOff.remove(due)).isTrue();
          }
          long past = now;
          assertThat(waiting).noneMatch(late -> late.dueMs() <= past);
        }
        case 8 -> timers.writeChanges();
        default -> {
          timers.writeChanges();
          timers = new TimerStore(store);
        }
      }
    }
  }

  private static Timer deadline(long inMs, String key) {
    return new Timer.Deadline(NOW + inMs, new ActionId("run", key));
  }

  private List<KeyValue<byte[], byte[]>> records() {
    List<KeyValue<byte[], byte[]>> records = new ArrayList<>();
    try (KeyValueIterator<byte[], byte[]> all = store.all()) {
      all.forEachRemaining(records::add);
    }
    return records;
  }
}
