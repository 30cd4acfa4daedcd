package dev.oncegate.gate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.core.guard.CallRate;
import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.guard.RecentCall;
import dev.oncegate.core.guard.Repeats;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.core.intake.Digest256;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What was stored once is read by every later version. */
class RunStateFormatTest {
  /** Written by form 1. Never to be changed: state of this form lies on disks. */
  private static final String FORM_1 =
      "01d8040380a0abfef962900304020100ac02040680c49fd50c1400020406080a0c0e10880e04ffffffffffffff"
          + "ff1e04000000000000004d7fffffffffffffff08d80490036428140a1e0280a0abfef96206040200000000020c"
          + "626f6f6bc3a900ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff82a0abfef962d6"
          + "0484a0abfef96286a0abfef962010001";

  private static final RunState OF_FORM_1 =
      new RunState(
          300,
          new Circuit(Circuit.State.HALF_OPEN, 1_700_000_000_000L, 200, 2, 1, true, false),
          new RunState.Budget(150, 2, 3),
          new CallRate(1_700_000_000L, new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 900}),
          Repeats.of(
              List.of(
                  new Repeats.Repeat(-1, 3, 2, 77), new Repeats.Repeat(Long.MAX_VALUE, 1, 0, 0))),
          new Tally(300, 200, 50, 20, 10, 5, 15),
          List.of(new RunState.WindowTally(1_700_000_000_000L, new Tally(3, 2, 1, 0, 0, 0, 0))),
          List.of(
              new RecentCall(
                  "book\u00e9", Digest256.ofHex("00ff".repeat(16)), 1_700_000_000_001L, 299)),
          1_700_000_000_002L,
          1_700_000_000_003L,
          true,
          false,
          true);

  @Property
  void whatIsWrittenIsRead(@ForAll("runs") RunState run) {
    assertThat(RunStateFormat.fromBytes(RunStateFormat.toBytes(run))).isEqualTo(run);
  }

  @Test
  void aNewRunIsRead() {
    assertThat(RunStateFormat.fromBytes(RunStateFormat.toBytes(RunState.NEW)))
        .isEqualTo(RunState.NEW);
  }

  @Test
  void form1IsRead() {
    assertThat(RunStateFormat.fromBytes(HexFormat.of().parseHex(FORM_1))).isEqualTo(OF_FORM_1);
  }

  @Test
  void form1IsWhatIsWritten() {
    assertThat(HexFormat.of().formatHex(RunStateFormat.toBytes(OF_FORM_1))).isEqualTo(FORM_1);
  }

  @Test
  void aFormOfALaterVersionIsRefusedWithWhatToDo() {
    byte[] bytes = RunStateFormat.toBytes(OF_FORM_1);
    for (byte form : new byte[] {0, 2, 99, -1}) {
      bytes[0] = form;
      assertThatThrownBy(() -> RunStateFormat.fromBytes(bytes))
          .isInstanceOf(StateFormatException.class)
          .hasMessageContaining("in form " + form)
          .hasMessageContaining("Run a version at least as new as the one that wrote it.");
    }
  }

  @Provide
  Arbitrary<RunState> runs() {
    Arbitrary<Long> longs = Arbitraries.longs();
    Arbitrary<Integer> ints = Arbitraries.integers();
    Arbitrary<Boolean> booleans = Arbitraries.of(true, false);
    Arbitrary<Circuit> circuits =
        Combinators.combine(
                Arbitraries.of(Circuit.State.class), longs, longs, ints, ints, booleans, booleans)
            .as(Circuit::new);
    Arbitrary<RunState.Budget> budgets =
        Combinators.combine(longs, longs, longs).as(RunState.Budget::new);
    Arbitrary<CallRate> rates =
        Combinators.combine(longs, ints.array(int[].class).ofSize(10)).as(CallRate::new);
    Arbitrary<Repeats> repeats =
        Combinators.combine(longs, ints, ints, longs)
            .as(Repeats.Repeat::new)
            .list()
            .ofMaxSize(70)
            .map(Repeats::of);
    Arbitrary<Tally> tallies =
        Combinators.combine(longs, longs, longs, longs, longs, longs, longs).as(Tally::new);
    Arbitrary<List<RunState.WindowTally>> windows =
        Combinators.combine(longs, tallies).as(RunState.WindowTally::new).list().ofMaxSize(3);
    Arbitrary<List<RecentCall>> calls =
        Combinators.combine(
                Arbitraries.strings().alpha().ofMaxLength(20),
                Arbitraries.strings().withChars("0123456789abcdef").ofLength(64),
                longs,
                longs)
            .as((tool, hash, atMs, seq) -> new RecentCall(tool, Digest256.ofHex(hash), atMs, seq))
            .list()
            .ofMaxSize(10);
    return Combinators.combine(
            Combinators.combine(longs, circuits, budgets, rates).as(Guarded::new),
            repeats,
            tallies,
            windows,
            calls,
            longs.list().ofSize(2),
            booleans.list().ofSize(3))
        .as(
            (guarded, repeated, total, unpublished, lastCalls, times, flags) ->
                new RunState(
                    guarded.seq,
                    guarded.circuit,
                    guarded.budget,
                    guarded.rate,
                    repeated,
                    total,
                    unpublished,
                    lastCalls,
                    times.get(0),
                    times.get(1),
                    flags.get(0),
                    flags.get(1),
                    flags.get(2)));
  }

  private record Guarded(long seq, Circuit circuit, RunState.Budget budget, CallRate rate) {}
}
