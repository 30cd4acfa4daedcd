package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.testbed.check.store.Codec;
import dev.oncegate.testbed.check.store.ColdStore;
import dev.oncegate.testbed.check.store.Fingerprint;
import dev.oncegate.testbed.check.store.In;
import dev.oncegate.testbed.check.store.Out;
import dev.oncegate.testbed.check.store.SpillingMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges I2 and the first half of I7, command by command: exactly one decision, or a dead letter
 * where it cannot be read. And of I3, that no command was taken for a younger one than it is.
 *
 * <p>A command is judged as soon as it has its answer; from then on it takes one byte, a megabyte a
 * million, and less on disk. Until then it takes 21.
 */
final class Deliveries {
  private static final int PAGE_BITS = 10;
  private static final int PAGE = 1 << PAGE_BITS;

  private static final byte SENT = 1;
  private static final byte READABLE = 2;
  private static final byte DECIDED = 4;
  private static final byte DEAD = 8;
  private static final byte LET_THROUGH = 16;

  private final SpillingMap<Page> pages;
  private final String topic;
  private final long dedupWindowMs;
  private final Spans spans;
  private final Findings findings;
  private long unanswered;
  private long strangers;

  /**
   * @param dedupWindowMs how long the gate remembers a key, in milliseconds
   */
  Deliveries(String topic, long dedupWindowMs, Spans spans, Findings findings, ColdStore store) {
    this.topic = topic;
    this.dedupWindowMs = dedupWindowMs;
    this.spans = spans;
    this.findings = findings;
    this.pages = store.map(new PageCodec(), Page::new);
  }

  /** What is known of commands that lie side by side. */
  private static final class Page {
    int partition;
    long number;
    final byte[] flags = new byte[PAGE];
    int waiting;
    @Nullable Waiting rows;

    boolean has(int row, byte flag) {
      return (flags[row] & flag) != 0;
    }

    /** Whether one of command and decision is there, and the other must be compared with it. */
    boolean isWaiting(int row) {
      return has(row, SENT) ? !has(row, DECIDED) && !has(row, DEAD) : has(row, DECIDED);
    }

    /** Whether no command is to come, as far as the last one tells. */
    boolean isFull() {
      return has(PAGE - 1, SENT);
    }

    Waiting rows() {
      if (rows == null) {
        rows = new Waiting(new long[PAGE], new long[PAGE], new int[PAGE]);
      }
      return rows;
    }
  }

  /**
   * What is to be compared: of a command its timestamp, when its intent was formed, and its run; of
   * a decision the event time, when it was made, and its run.
   */
  private record Waiting(long[] timeMs, long[] clockMs, int[] run) {}

  /**
   * A command was sent.
   *
   * @param command null: it cannot be read, or names no run, so that it must become a dead letter
   */
  void sent(Place at, long timestampMs, @Nullable ActionCommand command) {
    if (!spans.cover(at)) {
      return;
    }
    Page page = pageOf(at);
    int row = rowOf(at);
    findings.checked(Invariant.I2, 1);
    findings.checked(Invariant.I7, 1);
    boolean answered = page.has(row, DECIDED) || page.has(row, DEAD);
    page.flags[row] |= command == null ? SENT : SENT | READABLE;
    long bornMs =
        command == null || command.getIssuedAt() == null
            ? timestampMs
            : Math.min(timestampMs, command.getIssuedAt().toEpochMilli());
    int run = command == null ? 0 : nameOf(command.getRunId());
    if (!answered) {
      unanswered++;
      await(page, row, timestampMs, bornMs, run);
      return;
    }
    strangers--;
    judgeAnswers(page, row, at);
    if (page.has(row, DECIDED)) {
      Waiting decision = page.rows();
      compare(
          at,
          page.has(row, LET_THROUGH),
          run,
          decision.run[row],
          timestampMs,
          bornMs,
          decision.timeMs[row],
          decision.clockMs[row]);
      release(page);
    }
  }

  void decided(ActionResult result, Place resultAt) {
    Place at = Place.of(result.getCommand());
    if (!at.topic().equals(topic)) {
      findings.violated(
          Invariant.I2, "the decision at %s answers %s, which is no command", resultAt, at);
      return;
    }
    if (!spans.cover(at)) {
      return;
    }
    Page page = pageOf(at);
    int row = rowOf(at);
    if (page.has(row, DECIDED)) {
      findings.violated(Invariant.I2, "command %s has another decision at %s", at, resultAt);
      return;
    }
    boolean waited = page.isWaiting(row);
    boolean isStranger = !page.has(row, SENT) && !page.has(row, DEAD);
    boolean letThrough = result.getEffectAttempt() != null;
    page.flags[row] |= letThrough ? DECIDED | LET_THROUGH : DECIDED;
    int run = nameOf(result.getRunId());
    long eventTimeMs = result.getEventTime().toEpochMilli();
    long decidedAtMs = result.getDecidedAt().toEpochMilli();
    if (!page.has(row, SENT)) {
      strangers += isStranger ? 1 : 0;
      await(page, row, eventTimeMs, decidedAtMs, run);
      return;
    }
    judgeAnswers(page, row, at);
    if (waited) {
      unanswered--;
      Waiting command = page.rows();
      compare(
          at,
          letThrough,
          command.run[row],
          run,
          command.timeMs[row],
          command.clockMs[row],
          eventTimeMs,
          decidedAtMs);
      release(page);
    }
  }

  void dead(Place at, Place deadLetterAt) {
    if (!spans.cover(at)) {
      return;
    }
    Page page = pageOf(at);
    int row = rowOf(at);
    if (page.has(row, DEAD)) {
      findings.violated(Invariant.I7, "command %s has another dead letter at %s", at, deadLetterAt);
      return;
    }
    boolean waited = page.isWaiting(row);
    boolean isStranger = !page.has(row, SENT) && !page.has(row, DECIDED);
    page.flags[row] |= DEAD;
    if (!page.has(row, SENT)) {
      strangers += isStranger ? 1 : 0;
      return;
    }
    judgeAnswers(page, row, at);
    if (waited) {
      unanswered--;
      release(page);
    }
  }

  private static void await(Page page, int row, long timeMs, long clockMs, int run) {
    Waiting rows = page.rows();
    rows.timeMs[row] = timeMs;
    rows.clockMs[row] = clockMs;
    rows.run[row] = run;
    page.waiting++;
  }

  private static void release(Page page) {
    page.waiting--;
    if (page.waiting == 0 && page.isFull()) {
      page.rows = null;
    }
  }

  /** A command that is there has got an answer. */
  private void judgeAnswers(Page page, int row, Place at) {
    boolean decided = page.has(row, DECIDED);
    boolean dead = page.has(row, DEAD);
    if (decided && dead) {
      both("command %s has a decision and a dead letter", at);
    } else if (dead && page.has(row, READABLE)) {
      findings.violated(
          Invariant.I7, "command %s can be read and names its run, yet is a dead letter", at);
    } else if (decided && !page.has(row, READABLE)) {
      findings.violated(
          Invariant.I7, "command %s cannot be read or names no run, yet is decided", at);
    }
  }

  /**
   * @param bornMs when the intent was formed, as far as the command tells, in epoch milliseconds
   */
  private void compare(
      Place at,
      boolean letThrough,
      int runSent,
      int runAnswered,
      long timestampMs,
      long bornMs,
      long eventTimeMs,
      long decidedAtMs) {
    if (runSent != 0 && runSent != runAnswered) {
      findings.violated(
          Invariant.I2, "the decision on command %s is in the log of another run", at);
    }
    if (timestampMs < 0) {
      return;
    }
    if (eventTimeMs > timestampMs) {
      findings.violated(
          Invariant.I3,
          "command %s is of %d, but was judged as if it were of %d",
          at,
          timestampMs,
          eventTimeMs);
    }
    if (letThrough && bornMs < decidedAtMs - dedupWindowMs) {
      findings.violated(
          Invariant.I3,
          "command %s is of %d, too old to be remembered, but was let through at %d",
          at,
          bornMs,
          decidedAtMs);
    }
  }

  /** Whether every command has its decision or dead letter. */
  boolean complete() {
    return unanswered == 0;
  }

  /** Judges the commands without an answer, and the answers without a command. */
  void judge() {
    if (unanswered + strangers > 0) {
      pages.forEach(this::judge);
    }
  }

  private void judge(Page page) {
    for (int row = 0; row < PAGE; row++) {
      Place at = new Place(topic, page.partition, (page.number << PAGE_BITS) + row);
      if (page.has(row, SENT)) {
        if (page.isWaiting(row)) {
          both("command %s has neither a decision nor a dead letter", at);
        }
        continue;
      }
      if (page.has(row, DECIDED)) {
        both("a decision answers command %s, which is not there", at);
      }
      if (page.has(row, DEAD)) {
        findings.violated(Invariant.I7, "a dead letter names command %s, which is not there", at);
      }
    }
  }

  private void both(String words, Place at) {
    findings.violated(Invariant.I2, words, at);
    findings.violated(Invariant.I7, words, at);
  }

  private Page pageOf(Place at) {
    long number = at.offset() >> PAGE_BITS;
    Page page = pages.at(new Fingerprint(at.partition(), number));
    page.partition = at.partition();
    page.number = number;
    return page;
  }

  private static int rowOf(Place at) {
    return (int) (at.offset() & (PAGE - 1));
  }

  /** Never 0, which stands for no run. */
  private static int nameOf(String runId) {
    return (int) Fingerprint.of(runId).high() | 1;
  }

  private static final class PageCodec implements Codec<Page> {
    @Override
    public void write(Page page, Out out) {
      out.putNumber(page.partition);
      out.putNumber(page.number);
      out.putBytes(page.flags);
      for (int row = 0; page.waiting > 0 && row < PAGE; row++) {
        if (page.isWaiting(row)) {
          Waiting rows = page.rows();
          out.putNumber(rows.timeMs[row]);
          out.putNumber(rows.clockMs[row] - rows.timeMs[row]);
          out.putBits(rows.run[row]);
        }
      }
    }

    @Override
    public Page read(In in) {
      Page page = new Page();
      page.partition = in.takeInt();
      page.number = in.takeNumber();
      in.takeBytes(page.flags);
      for (int row = 0; row < PAGE; row++) {
        if (page.isWaiting(row)) {
          long timeMs = in.takeNumber();
          await(page, row, timeMs, timeMs + in.takeNumber(), (int) in.takeBits());
        }
      }
      return page;
    }

    @Override
    public int heapBytes(Page page) {
      return 60 + PAGE + (page.rows == null ? 0 : 20 * PAGE);
    }
  }
}
