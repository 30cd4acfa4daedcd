package dev.oncegate.testbed.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A fault that is being thrown: what it hits, and when it hits, is survived and is put right. */
final class Blow {
  /** Others must have taken over by then: session, transaction time-out, restore. */
  private static final Duration TAKE_OVER = Duration.ofSeconds(60);

  private final FaultKind kind;
  private final Probes probes;
  private final LongSupplier elapsedMs;
  private final Consumer<String> told;
  private final List<String> complaints = new ArrayList<>();
  private String target = "";
  private long fromMs;
  private long fromNs;
  private long toMs;
  private long toNs;
  private @Nullable Long takeOverMs;

  /**
   * @param elapsedMs the time since the run began
   * @param told what happens, in words
   */
  Blow(FaultKind kind, Probes probes, LongSupplier elapsedMs, Consumer<String> told) {
    this.kind = kind;
    this.probes = probes;
    this.elapsedMs = elapsedMs;
    this.told = told;
  }

  /**
   * To be called right before something is broken.
   *
   * @param how what is done to what; empty where the kind says it all
   */
  void hits(String target, String how) {
    this.target = target;
    fromMs = elapsedMs.getAsLong();
    fromNs = System.nanoTime();
    told.accept("%s: %s%s".formatted(target, kind.words(), how.isEmpty() ? "" : " (" + how + ")"));
  }

  /** To be called right after all that was broken is put right. */
  void isPutRight() {
    toMs = elapsedMs.getAsLong();
    toNs = System.nanoTime();
  }

  /** Something is not as it must be. */
  void complain(String what) {
    complaints.add(what);
    told.accept("NOT AS IT MUST BE: " + what);
  }

  /** Waits until all partitions go on while it is broken, at most for a minute. */
  void awaitTakeOver() throws InterruptedException {
    if (probes.awaitDecisionsSince(fromNs, TAKE_OVER)) {
      takeOverMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - fromNs);
    } else {
      complain(
          "%s: not all partitions went on within %d s"
              .formatted(kind.words(), TAKE_OVER.toSeconds()));
    }
  }

  /** Waits until it has lasted so long. */
  void awaitAge(Duration age) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(fromNs + age.toNanos() - System.nanoTime());
  }

  /** Waits until all partitions go on, and tells the whole. */
  Fault awaitRecovery(Duration timeout) throws InterruptedException {
    if (!probes.awaitDecisionsSince(toNs, timeout)) {
      complain(
          "%s: not all partitions went on within %d s after it was put right"
              .formatted(kind.words(), timeout.toSeconds()));
    }
    long recoveryMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - toNs);
    Mark mark = new Mark(kind, target, fromMs, toMs);
    return new Fault(
        mark, takeOverMs, recoveryMs, probes.longestWait().toMillis(), List.copyOf(complaints));
  }
}
