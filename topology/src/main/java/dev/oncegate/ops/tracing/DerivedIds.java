package dev.oncegate.ops.tracing;

import dev.oncegate.core.intake.Coordinates;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.sdk.trace.IdGenerator;

/**
 * Ids of spans and traces that follow from the command: where it lies and whose it is. The same
 * command gives the same ids, whichever instance handles it and however often.
 *
 * <p>They are spread like random ones, on which samplers by ratio rely.
 */
final class DerivedIds implements IdGenerator {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private final ThreadLocal<long[]> seed = ThreadLocal.withInitial(() -> new long[1]);

  /** The command whose ids this thread asks for next. */
  void derive(Coordinates at, String runId) {
    long mixed = mix(hash(at.topic()));
    mixed = mix(mixed ^ hash(runId));
    mixed = mix(mixed ^ at.partition());
    seed.get()[0] = mix(mixed ^ at.offset());
  }

  @Override
  public String generateSpanId() {
    return SpanId.fromLong(notZero(nth(1)));
  }

  @Override
  public String generateTraceId() {
    return TraceId.fromLongs(nth(2), notZero(nth(3)));
  }

  private long nth(int n) {
    return mix(seed.get()[0] + n * GOLDEN);
  }

  /** All zeros are no id. */
  private static long notZero(long id) {
    return id == 0 ? 1 : id;
  }

  private static long hash(String text) {
    long hash = 1125899906842597L;
    for (int i = 0; i < text.length(); i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return hash;
  }

  /** The finalizer of SplitMix64: every bit depends on every other. */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ (mixed >>> 31);
  }
}
