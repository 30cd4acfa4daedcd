package dev.oncegate.core.guard;

/** Calls of a run by what became of them, in numbers from 0. */
public record Tally(
    long calls,
    long effects,
    long duplicates,
    long conflicts,
    long rejections,
    long confirmations,
    long transientFailures) {

  /** Nothing counted. */
  public static final Tally ZERO = new Tally(0, 0, 0, 0, 0, 0, 0);

  /** One thing to count. */
  public enum Item {
    EFFECT(new Tally(1, 1, 0, 0, 0, 0, 0)),
    DUPLICATE(new Tally(1, 0, 1, 0, 0, 0, 0)),
    CONFLICT(new Tally(1, 0, 0, 1, 0, 0, 0)),
    REJECTION(new Tally(1, 0, 0, 0, 1, 0, 0)),
    CONFIRMATION(new Tally(1, 0, 0, 0, 0, 1, 0)),
    TRANSIENT_FAILURE(new Tally(0, 0, 0, 0, 0, 0, 1));

    private final Tally one;

    Item(Tally one) {
      this.one = one;
    }
  }

  Tally plus(Item item) {
    Tally one = item.one;
    return new Tally(
        calls + one.calls,
        effects + one.effects,
        duplicates + one.duplicates,
        conflicts + one.conflicts,
        rejections + one.rejections,
        confirmations + one.confirmations,
        transientFailures + one.transientFailures);
  }
}
