package dev.oncegate.ops.tracing;

import java.time.Instant;

/** The time of spans: a decision takes some ten microseconds, which milliseconds would hide. */
final class EpochNanos {
  private EpochNanos() {}

  static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
