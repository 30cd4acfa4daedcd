package dev.oncegate.gate.store;

import static dev.oncegate.gate.store.AnEntry.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The memory of actions in a real store of each kind, with a window of 10 minutes. */
@ParameterizedClass
@EnumSource(ActionStore.Kind.class)
class ActionStoreTest {
  private static final long W = Duration.ofMinutes(10).toMillis();

  /** The start of a bucket. */
  private static final long B = W * 100_000;

  @Parameter private ActionStore.Kind kind;

  /** A store of its own, in a task without input. */
  private static final class Opened implements AutoCloseable {
    private final Path folder;
    private final TopologyTestDriver driver;
    private final TimerStore timers;
    final WindowStore<byte[], byte[]> raw;
    final ActionStore actions;

    Opened(ActionStore.Kind kind) {
      try {
        folder = Files.createTempDirectory(Path.of("target"), "actions");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Topology topology = new Topology();
      topology.addSource("in", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "in");
      topology.addProcessor("idle", Idle::new, "in");
      topology.addStateStore(ActionStore.builder(W, kind), "idle");
      topology.addStateStore(TimerStore.builder(), "idle");
      Properties config = new Properties();
      config.put(StreamsConfig.APPLICATION_ID_CONFIG, "actions");
      config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "not-used:9092");
      config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
      config.put("processing.exception.handler.global.enabled", true);
      driver = new TopologyTestDriver(topology, config, Instant.ofEpochMilli(B));
      raw = driver.getWindowStore(ActionStore.NAME);
      timers = new TimerStore(driver.getKeyValueStore(TimerStore.NAME));
      actions = reopened();
    }

    /** The same state as another instance finds it. */
    ActionStore reopened() {
      return new ActionStore(raw, timers, W);
    }

    @Override
    public void close() {
      driver.close();
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Idle implements Processor<byte[], byte[], byte[], byte[]> {
    @Override
    public void process(Record<byte[], byte[]> record) {
      throw new UnsupportedOperationException("nothing comes in");
    }
  }

  @Test
  void anEntryIsFoundUntilItsLastMillisecondAndNotLonger() {
    try (Opened open = new Opened(kind)) {
      ActionEntry entry = AnEntry.rememberedFrom(B + 17);
      open.actions.put(ID, entry);

      assertThat(open.actions.find(ID, B + 17)).isEqualTo(entry);
      assertThat(open.actions.find(ID, B + 17 + W)).isEqualTo(entry);
      assertThat(open.actions.find(ID, B + 17 + W + 1)).isNull();
      assertThat(open.actions.validUntilMs(entry)).isEqualTo(B + 17 + W);
    }
  }

  @Test
  void anEntryIsFoundFromEveryPlaceOfItsBucketToEveryPlaceOfTheNext() {
    try (Opened open = new Opened(kind)) {
      for (long first : new long[] {B, B + 1, B + W / 2, B + W - 1}) {
        ActionId id = new ActionId("run", "k-" + first);
        open.actions.put(id, AnEntry.rememberedFrom(first));
        for (long duplicate :
            new long[] {first - W, first - 1, first, first + 1, first + W - 1, first + W}) {
          assertThat(open.actions.find(id, duplicate))
              .as("%d at %d", first - B, duplicate - B)
              .isNotNull();
        }
      }
    }
  }

  @Test
  void theEntryOfALaterAttemptHidesTheEarlierOneInAnOlderBucket() {
    try (Opened open = new Opened(kind)) {
      open.actions.put(ID, AnEntry.pending(1, B + W - 1));
      ActionEntry retried = AnEntry.pending(2, B + W);
      open.actions.put(ID, retried);

      assertThat(open.actions.find(ID, B + W - 1)).isEqualTo(retried);
      assertThat(open.actions.find(ID, B + W + 5)).isEqualTo(retried);
      assertThat(open.actions.find(ID, B + 2 * W)).isEqualTo(retried);
      assertThat(open.raw.fetch(ID.toBytes(), B)).as("the older one is still there").isNotNull();
    }
  }

  @Test
  void aSettlementIsWrittenWhereTheEntryLiesThoughTheNewestBucketIsAnother() {
    try (Opened open = new Opened(kind)) {
      ActionEntry pending = AnEntry.pending(1, B + W - 1);
      open.actions.put(ID, pending);
      open.actions.put(new ActionId("run", "other"), AnEntry.rememberedFrom(B + 2 * W));
      ActionEntry again = AnEntry.pending(7, B + W - 1);

      open.actions.put(ID, again);

      assertThat(open.actions.find(ID, B + W)).isEqualTo(again);
      assertThat(open.raw.fetch(ID.toBytes(), B + 2 * W)).isNull();
    }
  }

  @Test
  void whateverIsFoundCanBeWrittenAgainHoweverFarTheStoreHasGoneOn() {
    try (Opened open = new Opened(kind)) {
      for (int ahead = 0; ahead <= 12; ahead++) {
        open.actions.put(new ActionId("run", "other"), AnEntry.rememberedFrom(B + ahead * W));
        for (int back = 0; back <= 3; back++) {
          long from = B + (ahead - back) * W;
          ActionId id = new ActionId("run", "k-" + ahead + "-" + back);
          ActionEntry entry = AnEntry.rememberedFrom(from);
          open.actions.put(id, entry);
          assertThat(open.actions.find(id, from))
              .as("%d buckets back, %d ahead", back, ahead)
              .isEqualTo(entry);
        }
      }
    }
  }

  @Test
  void whatTheStoreWouldDropWithoutAWordIsRefusedAloud() {
    try (Opened open = new Opened(kind)) {
      open.actions.put(ID, AnEntry.rememberedFrom(B + 4 * W));

      assertThatThrownBy(
              () -> open.actions.put(new ActionId("run", "x"), AnEntry.rememberedFrom(B + W - 1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("drop");
    }
  }

  @Test
  void anotherInstanceSeesWhatOneWithAClockThatWasAheadWrote() {
    try (Opened open = new Opened(kind)) {
      ActionEntry ahead = AnEntry.rememberedFrom(B + 3 * W);
      open.actions.put(ID, ahead);

      ActionStore successor = open.reopened();

      assertThat(successor.newestBucketMs()).isEqualTo(B + 3 * W);
      assertThat(successor.find(ID, B)).isEqualTo(ahead);
    }
  }

  @Test
  void anAncientTimestampCostsNoMoreThanAFewLookUps() {
    try (Opened open = new Opened(kind)) {
      open.actions.put(ID, AnEntry.rememberedFrom(B));
      long before = System.nanoTime();

      for (int i = 0; i < 1_000; i++) {
        assertThat(open.actions.find(new ActionId("run", "x"), 0)).isNull();
      }

      // 100 000 buckets lie between: walked through a thousand times they would take minutes.
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Property(tries = 300)
  void I3_anEntryIsFoundAsLongAsItIsValidWhateverHappensToOthers(
      @ForAll ActionStore.Kind kind,
      @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 0, max = 1_799_999) Integer> moves,
      @ForAll @Size(min = 60, max = 60) List<@IntRange(min = 0, max = 600_000) Integer> lateness) {
    try (Opened open = new Opened(kind)) {
      Map<ActionId, Long> rememberedFrom = new HashMap<>();
      long now = B;
      for (int i = 0; i < moves.size(); i++) {
        // A move of up to three windows, most of them small.
        now += moves.get(i) % 3 == 0 ? moves.get(i) : moves.get(i) % 1_000;
        ActionId id = new ActionId("run", "k" + moves.get(i) % 5);
        long eventTime = now - lateness.get(i);
        Long from = rememberedFrom.get(id);
        boolean valid = from != null && eventTime <= from + W;

        ActionEntry found = open.actions.find(id, eventTime);

        assertThat(found != null)
            .as("key %s at %d, now %d, from %s", id.key(), eventTime - B, now - B, from)
            .isEqualTo(valid);
        if (found == null) {
          open.actions.put(id, AnEntry.rememberedFrom(now));
          rememberedFrom.put(id, now);
        }
      }
    }
  }
}
