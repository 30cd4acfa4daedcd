package dev.oncegate.core.guard;

/** Limits for tests: the defaults, with what a test is about. */
final class LimitsBuilder {
  private long calls = 200;
  private long rate = GuardLimits.OFF;
  private long rateWindowMs = 10_000;
  private long repetitions = 5;
  private long failures = 4;
  private long conflicts = 10;
  private long retries = 150;
  private long coolDownMs;
  private int trials = 3;
  private int fingerprints = 16;
  private int evidence = 10;

  LimitsBuilder calls(long value) {
    calls = value;
    return this;
  }

  LimitsBuilder rate(long value, long windowMs) {
    rate = value;
    rateWindowMs = windowMs;
    return this;
  }

  LimitsBuilder repetitions(long value) {
    repetitions = value;
    return this;
  }

  LimitsBuilder failures(long value) {
    failures = value;
    return this;
  }

  LimitsBuilder conflicts(long value) {
    conflicts = value;
    return this;
  }

  LimitsBuilder retries(long value) {
    retries = value;
    return this;
  }

  LimitsBuilder coolDown(long ms, int value) {
    coolDownMs = ms;
    trials = value;
    return this;
  }

  LimitsBuilder bounds(int maxFingerprints, int evidenceCalls) {
    fingerprints = maxFingerprints;
    evidence = evidenceCalls;
    return this;
  }

  /** Everything off: what a test then sets is the only limit. */
  LimitsBuilder off() {
    return calls(GuardLimits.OFF)
        .rate(GuardLimits.OFF, 10_000)
        .repetitions(GuardLimits.OFF)
        .failures(GuardLimits.OFF)
        .conflicts(GuardLimits.OFF)
        .retries(GuardLimits.OFF);
  }

  GuardLimits build() {
    return new GuardLimits(
        calls,
        rate,
        rateWindowMs,
        repetitions,
        failures,
        conflicts,
        retries,
        coolDownMs,
        trials,
        fingerprints,
        evidence);
  }
}
