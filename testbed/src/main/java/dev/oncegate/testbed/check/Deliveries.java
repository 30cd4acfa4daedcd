package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every command and what became of it, by coordinates: exactly one decision, or a dead letter where
 * it cannot be read. Some forty bytes a command.
 */
final class Deliveries {
  private static final int PAGE_BITS = 10;
  private static final int PAGE = 1 << PAGE_BITS;

  private static final byte SENT = 1;
  private static final byte READABLE = 2;
  private static final byte DECIDED = 4;
  private static final byte DEAD = 8;
  private static final byte LET_THROUGH = 16;

  private record PageName(int partition, long number) {}

  private static final class Page {
    final byte[] flags = new byte[PAGE];
    final int[] runSent = new int[PAGE];
    final int[] runAnswered = new int[PAGE];
    final long[] timestampMs = new long[PAGE];
    final long[] bornMs = new long[PAGE];
    final long[] eventTimeMs = new long[PAGE];
    final long[] decidedAtMs = new long[PAGE];
  }

  private final Map<PageName, Page> pages = new HashMap<>();
  private final String topic;
  private final Spans spans;
  private final Findings findings;

  Deliveries(String topic, Spans spans, Findings findings) {
    this.topic = topic;
    this.spans = spans;
    this.findings = findings;
  }

  /**
   * A command was sent.
   *
   * @param command null: it cannot be read, or names no run, so that it must become a dead letter
   */
  void sent(Place at, long timestampMs, @Nullable ActionCommand command) {
    Page page = pageOf(at);
    int row = rowOf(at);
    page.flags[row] |= SENT;
    page.timestampMs[row] = timestampMs;
    page.bornMs[row] = timestampMs;
    if (command != null) {
      page.flags[row] |= READABLE;
      page.runSent[row] = nameOf(command.getRunId());
      if (command.getIssuedAt() != null) {
        page.bornMs[row] = Math.min(timestampMs, command.getIssuedAt().toEpochMilli());
      }
    }
  }

  void decided(ActionResult result, Place resultAt) {
    Place at = Place.of(result.getCommand());
    if (!at.topic().equals(topic)) {
      findings.violated(
          Invariant.I2, "the decision at %s answers %s, which is no command", resultAt, at);
      return;
    }
    Page page = pageOf(at);
    int row = rowOf(at);
    if (has(page, row, DECIDED)) {
      findings.violated(Invariant.I2, "command %s has another decision at %s", at, resultAt);
      return;
    }
    page.flags[row] |= DECIDED;
    page.runAnswered[row] = nameOf(result.getRunId());
    page.eventTimeMs[row] = result.getEventTime().toEpochMilli();
    page.decidedAtMs[row] = result.getDecidedAt().toEpochMilli();
    if (result.getEffectAttempt() != null) {
      page.flags[row] |= LET_THROUGH;
    }
  }

  void dead(Place at, Place deadLetterAt) {
    Page page = pageOf(at);
    int row = rowOf(at);
    if (has(page, row, DEAD)) {
      findings.violated(Invariant.I7, "command %s has another dead letter at %s", at, deadLetterAt);
    }
    page.flags[row] |= DEAD;
  }

  /** Whether every command has its decision or dead letter. */
  boolean complete() {
    return pages.entrySet().stream()
        .allMatch(
            entry -> {
              Page page = entry.getValue();
              for (int row = 0; row < PAGE; row++) {
                if (has(page, row, SENT) && !has(page, row, DECIDED) && !has(page, row, DEAD)) {
                  return false;
                }
              }
              return true;
            });
  }

  void judge(long dedupWindowMs) {
    pages.forEach(
        (name, page) -> {
          for (int row = 0; row < PAGE; row++) {
            long offset = (name.number << PAGE_BITS) + row;
            if (page.flags[row] != 0 && spans.cover(topic, name.partition, offset)) {
              judgeAnswers(page, row, new Place(topic, name.partition, offset));
              judgeTimes(page, row, new Place(topic, name.partition, offset), dedupWindowMs);
            }
          }
        });
  }

  private void judgeAnswers(Page page, int row, Place at) {
    boolean decided = has(page, row, DECIDED);
    boolean dead = has(page, row, DEAD);
    if (!has(page, row, SENT)) {
      if (decided) {
        both("a decision answers command %s, which is not there", at);
      }
      if (dead) {
        findings.violated(Invariant.I7, "a dead letter names command %s, which is not there", at);
      }
      return;
    }
    findings.checked(Invariant.I2, 1);
    findings.checked(Invariant.I7, 1);
    if (!decided && !dead) {
      both("command %s has neither a decision nor a dead letter", at);
    } else if (decided && dead) {
      both("command %s has a decision and a dead letter", at);
    } else if (dead && has(page, row, READABLE)) {
      findings.violated(
          Invariant.I7, "command %s can be read and names its run, yet is a dead letter", at);
    } else if (decided && !has(page, row, READABLE)) {
      findings.violated(
          Invariant.I7, "command %s cannot be read or names no run, yet is decided", at);
    } else if (decided && page.runSent[row] != page.runAnswered[row]) {
      findings.violated(
          Invariant.I2, "the decision on command %s is in the log of another run", at);
    }
  }

  private void judgeTimes(Page page, int row, Place at, long dedupWindowMs) {
    if (!has(page, row, SENT) || !has(page, row, DECIDED)) {
      return;
    }
    if (page.timestampMs[row] >= 0 && page.eventTimeMs[row] > page.timestampMs[row]) {
      findings.violated(
          Invariant.I3,
          "command %s is of %d, but was judged as if it were of %d",
          at,
          page.timestampMs[row],
          page.eventTimeMs[row]);
    }
    if (has(page, row, LET_THROUGH)
        && page.timestampMs[row] >= 0
        && page.bornMs[row] < page.decidedAtMs[row] - dedupWindowMs) {
      findings.violated(
          Invariant.I3,
          "command %s is of %d, too old to be remembered, but was let through at %d",
          at,
          page.bornMs[row],
          page.decidedAtMs[row]);
    }
  }

  private void both(String words, Place at) {
    findings.violated(Invariant.I2, words, at);
    findings.violated(Invariant.I7, words, at);
  }

  private Page pageOf(Place at) {
    return pages.computeIfAbsent(
        new PageName(at.partition(), at.offset() >> PAGE_BITS), ignored -> new Page());
  }

  private static int rowOf(Place at) {
    return (int) (at.offset() & (PAGE - 1));
  }

  private static boolean has(Page page, int row, byte flag) {
    return (page.flags[row] & flag) != 0;
  }

  private static int nameOf(String runId) {
    return (int) Fingerprint.of(runId).high();
  }
}
