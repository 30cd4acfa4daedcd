package dev.oncegate.testbed.load;

import java.util.Map;

/**
 * What load there is.
 *
 * @param seed of all chance: the same seed gives the same deliveries and the same answers of
 *     executors
 * @param perSecond deliveries a second, 1 or more
 * @param runsAtOnce about how many runs are open at the same time, 1 or more
 * @param lateRepeatsAfter after how many deliveries of others a forgotten duplicate comes at most
 * @param mix how many runs behave in which way, relative to each other; at least one is positive
 */
public record LoadSettings(
    long seed, int perSecond, int runsAtOnce, int lateRepeatsAfter, Map<Conduct, Integer> mix) {
  private static final int RUNS_AT_ONCE = 300;
  private static final int LATE_REPEATS_AFTER = 30_000;

  /** Checks. */
  public LoadSettings {
    if (perSecond < 1 || runsAtOnce < 1 || lateRepeatsAfter < 0) {
      throw new IllegalArgumentException(
          "%d deliveries a second of %d runs, late by %d: allowed are 1, 1, 0 or more"
              .formatted(perSecond, runsAtOnce, lateRepeatsAfter));
    }
    mix = Map.copyOf(mix);
    if (mix.values().stream().anyMatch(weight -> weight < 0)
        || mix.values().stream().allMatch(weight -> weight == 0)) {
      throw new IllegalArgumentException(
          "the mix is %s: no weight may be negative, one must be positive".formatted(mix));
    }
  }

  /** All kinds of conduct, most runs honest. */
  public static LoadSettings of(long seed, int perSecond) {
    return new LoadSettings(seed, perSecond, RUNS_AT_ONCE, LATE_REPEATS_AFTER, Conduct.usualMix());
  }

  /** The same, but with other agents. */
  public LoadSettings withMix(Map<Conduct, Integer> other) {
    return new LoadSettings(seed, perSecond, runsAtOnce, lateRepeatsAfter, other);
  }

  /** The same, but with more or fewer runs at the same time. */
  public LoadSettings withRunsAtOnce(int other) {
    return new LoadSettings(seed, perSecond, other, lateRepeatsAfter, mix);
  }

  /** The same, but with duplicates that come later or sooner. */
  public LoadSettings withLateRepeatsAfter(int other) {
    return new LoadSettings(seed, perSecond, runsAtOnce, other, mix);
  }
}
