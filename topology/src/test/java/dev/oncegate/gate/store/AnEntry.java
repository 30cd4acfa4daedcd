package dev.oncegate.gate.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.PayloadHash;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.Outcome;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Entries for tests. */
final class AnEntry {
  static final ActionId ID = new ActionId("run", "k");

  private AnEntry() {}

  /** A pending first attempt. */
  static ActionEntry rememberedFrom(long ms) {
    return pending(1, ms);
  }

  static ActionEntry pending(int attempt, long ms) {
    Coordinates command = new Coordinates("agent.commands", 0, 7);
    return new ActionEntry(
        ActionEntry.Status.PENDING,
        new PayloadHash(1, new byte[32]),
        attempt,
        ms,
        ms,
        ms + 60_000,
        "run",
        "book",
        SideEffectClass.WRITE,
        42,
        1,
        command,
        command,
        0,
        null,
        null,
        null);
  }

  /** Entries of all kinds. */
  static Arbitrary<ActionEntry> any() {
    Arbitrary<String> text = Arbitraries.strings().ofMaxLength(40).map(AnEntry::wellFormed);
    Arbitrary<Long> times = Arbitraries.longs();
    Arbitrary<Coordinates> coordinates =
        Combinators.combine(text, Arbitraries.integers(), times).as(Coordinates::new);
    Arbitrary<PayloadHash> hashes =
        Combinators.combine(
                Arbitraries.integers().between(1, 127),
                Arbitraries.bytes().array(byte[].class).ofSize(32))
            .as(PayloadHash::new);
    Arbitrary<Outcome> outcomes =
        Combinators.combine(
                Arbitraries.of(Outcome.Status.class),
                Arbitraries.integers(),
                text.injectNull(0.3),
                text.injectNull(0.3),
                text.injectNull(0.3),
                text.injectNull(0.3),
                text.injectNull(0.3),
                times.injectNull(0.3))
            .as(Outcome::new);
    Arbitrary<ActionEntry.Token> tokens =
        Combinators.combine(text, times).as(ActionEntry.Token::new);
    return Combinators.combine(
            Combinators.combine(
                    Arbitraries.of(ActionEntry.Status.class),
                    hashes,
                    Arbitraries.of(SideEffectClass.class))
                .as(Kind::new),
            times.list().ofSize(6),
            text.list().ofSize(2),
            Arbitraries.integers(),
            coordinates.list().ofSize(2),
            tokens.injectNull(0.3),
            outcomes.injectNull(0.3),
            text.injectNull(0.3))
        .as(
            (kind, longs, texts, attempt, at, token, outcome, reported) ->
                new ActionEntry(
                    kind.status,
                    kind.hash,
                    attempt,
                    longs.get(0),
                    longs.get(1),
                    longs.get(2),
                    texts.get(0),
                    texts.get(1),
                    kind.sideEffectClass,
                    longs.get(3),
                    longs.get(4),
                    at.get(0),
                    attempt % 2 == 0 ? at.get(0) : at.get(1),
                    longs.get(5),
                    token,
                    outcome,
                    reported));
  }

  private record Kind(
      ActionEntry.Status status, PayloadHash hash, SideEffectClass sideEffectClass) {}

  /**
   * Text as it comes out of UTF-8: what was no text before it reached the gate is replaced there.
   */
  private static String wellFormed(String text) {
    return new String(text.getBytes(UTF_8), UTF_8);
  }
}
