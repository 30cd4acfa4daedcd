package dev.oncegate.core.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How often a run made the same call, by fingerprint of (tool, arguments), least recently seen first.
 *
 * <p>Bounded: the one not seen for longest makes room for a new one. That can only lose counts, never invent them, so
 * the bound trips no honest run; a loop longer than the bound is left to the cap on all calls.
 */
public record Repeats(List<Repeat> byRecency) {

  /**
   * One fingerprint's record.
   *
   * @param count calls since the last state change
   * @param failures failing answers since the last success or state change
   * @param lastResult 64 bits of a hash of the last successful result; 0 where there is none yet
   */
  public record Repeat(long fingerprint, int count, int failures, long lastResult) {}

  static final Repeats NONE = new Repeats(List.of());

  public Repeats {
    byRecency = List.copyOf(byRecency);
  }

  @Nullable Repeat of(long fingerprint) {
    for (int i = byRecency.size() - 1; i >= 0; i--) {
      if (byRecency.get(i).fingerprint == fingerprint) {
        return byRecency.get(i);
      }
    }
    return null;
  }

  int count(long fingerprint) {
    Repeat repeat = of(fingerprint);
    return repeat == null ? 0 : repeat.count;
  }

  int failures(long fingerprint) {
    Repeat repeat = of(fingerprint);
    return repeat == null ? 0 : repeat.failures;
  }

  /** Counts one call, which was answered by a stored failure or not, as the most recent one. */
  Repeats called(long fingerprint, boolean answeredByFailure, int bound) {
    Repeat before = of(fingerprint);
    Repeat after =
        before == null
            ? new Repeat(fingerprint, 1, answeredByFailure ? 1 : 0, 0)
            : new Repeat(
                fingerprint, before.count + 1, before.failures + (answeredByFailure ? 1 : 0), before.lastResult);
    List<Repeat> next = new ArrayList<>(byRecency.size() + 1);
    int surplus = byRecency.size() + (before == null ? 1 : 0) - bound;
    for (Repeat repeat : byRecency) {
      if (repeat == before) {
        continue;
      }
      if (surplus > 0) {
        surplus--;
      } else {
        next.add(repeat);
      }
    }
    next.add(after);
    return new Repeats(next);
  }

  Repeats failed(long fingerprint) {
    return replaced(fingerprint, r -> new Repeat(r.fingerprint, r.count, r.failures + 1, r.lastResult));
  }

  /** A success of a READ: another answer than last time is progress, so the count begins anew. */
  Repeats read(long fingerprint, long result) {
    return replaced(
        fingerprint,
        r -> {
          boolean progress = r.lastResult != 0 && r.lastResult != result;
          return new Repeat(r.fingerprint, progress ? 0 : r.count, 0, result);
        });
  }

  /** A success that is no READ: the failures of this fingerprint are over, its count stays. */
  Repeats succeeded(long fingerprint, long result) {
    return replaced(fingerprint, r -> new Repeat(r.fingerprint, r.count, 0, result));
  }

  /** The state changed by {@code fingerprint}: what other fingerprints repeated before no longer counts. */
  Repeats stateChangedBy(long fingerprint) {
    return new Repeats(
        byRecency.stream()
            .map(r -> r.fingerprint == fingerprint ? r : new Repeat(r.fingerprint, 0, 0, r.lastResult))
            .toList());
  }

  private Repeats replaced(long fingerprint, UnaryOperator<Repeat> change) {
    return new Repeats(
        byRecency.stream().map(r -> r.fingerprint == fingerprint ? change.apply(r) : r).toList());
  }
}
