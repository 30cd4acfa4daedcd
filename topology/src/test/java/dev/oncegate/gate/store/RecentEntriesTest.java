package dev.oncegate.gate.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentEntriesTest {
  private static final long BUCKET = 86_400_000;

  /** Large enough that a few of them fill a chunk. */
  private static final int FILLER = 60_000;

  private RecentEntries recent = new RecentEntries();
  private final Map<String, @Nullable String> spilled = new HashMap<>();

  @Test
  void ofAKeyWrittenTwiceTheNewestVersionIsFoundAndSpilledOnce() {
    put("k", "first");
    put("other", "value");
    put("k", "second");
    recent.commit(7L);

    assertThat(get("k", false)).isEqualTo("second");
    assertThat(spilledKeys()).containsExactlyInAnyOrder("k", "other");
    assertThat(spilled).containsEntry("k", "second");
    assertThat(recent.get(bytes("k"), BUCKET, false)).isNull();
  }

  @Test
  void whoReadsOnlyWhatIsCommittedFindsTheVersionBefore() {
    put("k", "first");
    recent.commit(7L);
    put("k", "second");
    put("k", "third");
    put("new", "value");

    assertThat(get("k", true)).isEqualTo("first");
    assertThat(get("k", false)).isEqualTo("third");
    assertThat(recent.get(bytes("new"), BUCKET, true)).isNull();
    assertThat(recent.uncommittedBytes()).isPositive();

    recent.commit(8L);

    assertThat(get("k", true)).isEqualTo("third");
    assertThat(recent.uncommittedBytes()).isZero();
  }

  @Test
  void aDeletedEntryIsFoundAsDeleted() {
    recent.put(bytes("k"), BUCKET, null);

    RecentEntries.Found found = recent.get(bytes("k"), BUCKET, false);

    assertThat(found).isNotNull();
    assertThat(found.value()).isNull();
  }

  @Test
  void theSameKeyInTwoBucketsIsTwoEntries() {
    recent.put(bytes("k"), BUCKET, bytes("one"));
    recent.put(bytes("k"), 2 * BUCKET, bytes("two"));

    assertThat(get("k", false)).isEqualTo("one");
  }

  @Test
  void anEntryMayBeLargerThanAChunk() {
    String large = "x".repeat(1_200_000);
    put("before", "value");
    put("large", large);
    put("after", "value");
    recent.commit(1L);

    assertThat(get("large", true)).isEqualTo(large);
    assertThat(spilledKeys()).containsExactlyInAnyOrder("before", "large", "after");
    assertThat(spilled).containsEntry("large", large);
    assertThat(recent.isEmpty()).isTrue();
  }

  @Test
  void whatFollowsAnEntryLargerThanAChunkIsNotCommittedWithIt() {
    put("large", "x".repeat(10 * FILLER));
    recent.commit(7L);
    put("after", "value");

    assertThat(get("after", false)).isEqualTo("value");
    assertThat(recent.get(bytes("after"), BUCKET, true)).isNull();
  }

  @Test
  void theOffsetUpToWhichAllIsSpilledIsThatOfTheCommitBeforeTheOldestChunk() {
    String filler = "x".repeat(FILLER);
    put("a", "value");
    recent.commit(10L);
    assertThat(recent.spilledOffset()).isNull();

    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      keys.add("filler" + i);
      put("filler" + i, filler);
      recent.commit(20L + i);
    }
    recent.spill(this::spilled);

    // The first chunk held a and four fillers; it was full when 23 was committed.
    assertThat(spilled.keySet())
        .containsExactlyInAnyOrder("a", "filler0", "filler1", "filler2", "filler3");
    assertThat(recent.spilledOffset()).isEqualTo(23L);

    recent.spill(this::spilled);
    recent.spill(this::spilled);
    assertThat(recent.isEmpty()).isTrue();
    assertThat(recent.spilledOffset()).isEqualTo(28L);
    assertThat(spilled.keySet()).containsAll(keys);
  }

  @Property(tries = 500)
  void whatIsHereAndWhatWasSpilledIsTogetherWhatWasWritten(
      @ForAll @Size(max = 400) List<@IntRange(min = 0, max = 4_999) Integer> steps) {
    // One instance has all tries.
    recent = new RecentEntries();
    spilled.clear();
    Map<String, String> newest = new HashMap<>();
    Map<String, String> committed = new HashMap<>();
    String filler = "x".repeat(2_000);
    for (int step : steps) {
      String key = "key" + step % 50;
      int kind = step / 50;
      if (kind < 90) {
        String value = step + (kind < 60 ? "" : filler);
        newest.put(key, value);
        put(key, value);
      } else if (kind < 97) {
        recent.commit((long) step);
        committed = new HashMap<>(newest);
      } else if (!recent.isEmpty()) {
        recent.commit((long) step);
        committed = new HashMap<>(newest);
        recent.spill(this::spilled);
      }
    }
    for (int i = 0; i < 50; i++) {
      String key = "key" + i;
      assertThat(orSpilled(key, false)).as(key).isEqualTo(newest.get(key));
      assertThat(orSpilled(key, true)).as(key).isEqualTo(committed.get(key));
    }
  }

  private @Nullable String orSpilled(String key, boolean committed) {
    RecentEntries.Found found = recent.get(bytes(key), BUCKET, committed);
    return found == null ? spilled.get(key) : text(found.value());
  }

  private void put(String key, String value) {
    recent.put(bytes(key), BUCKET, bytes(value));
  }

  private @Nullable String get(String key, boolean committed) {
    RecentEntries.Found found = recent.get(bytes(key), BUCKET, committed);
    return found == null ? null : text(found.value());
  }

  private void spilled(RecentEntries.Entry entry) {
    spilled.put(String.valueOf(text(entry.key())), text(entry.value()));
  }

  /** Spills all; each key may come once. */
  private Set<String> spilledKeys() {
    Set<String> keys = new HashSet<>();
    while (!recent.isEmpty()) {
      recent.spill(
          entry -> {
            assertThat(keys.add(String.valueOf(text(entry.key())))).isTrue();
            spilled(entry);
          });
    }
    return keys;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
