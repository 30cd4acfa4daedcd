package dev.oncegate.testbed.check;

import dev.oncegate.testbed.check.store.Codec;
import dev.oncegate.testbed.check.store.ColdStore;
import dev.oncegate.testbed.check.store.Fingerprint;
import dev.oncegate.testbed.check.store.In;
import dev.oncegate.testbed.check.store.Out;
import dev.oncegate.testbed.check.store.SpillingMap;
import java.util.List;

/**
 * Judges the second half of I7, record by record: each outcome and each control that must make a
 * difference has its trace in the results, or a dead letter, or a conflict. What its trace is,
 * {@link Outcomes} knows.
 *
 * <p>One byte each: a megabyte a million.
 */
final class Arrivals {
  private static final int PAGE_BITS = 10;
  private static final int PAGE = 1 << PAGE_BITS;

  private static final byte ARRIVED = 1;
  private static final byte TRACED = 2;
  private static final byte ANSWERED = 4;
  private static final byte HOPELESS = 8;

  private final SpillingMap<Page> pages;
  private final List<String> topics;
  private final String outcomes;
  private final Spans spans;
  private final Findings findings;
  private long waiting;
  private long strangers;

  Arrivals(String outcomes, String controls, Spans spans, Findings findings, ColdStore store) {
    this.outcomes = outcomes;
    this.topics = List.of(outcomes, controls);
    this.spans = spans;
    this.findings = findings;
    this.pages = store.map(new PageCodec(), Page::new);
  }

  private static final class Page {
    int topic;
    int partition;
    long number;
    final byte[] flags = new byte[PAGE];
  }

  /** A record that must leave a trace. */
  void arrived(Place at) {
    arrived(at, (byte) 0);
    if (spans.cover(at)) {
      findings.checked(Invariant.I7, 1);
    }
  }

  /** A record that cannot be acted on: it must become a dead letter. */
  void hopeless(Place at) {
    arrived(at, HOPELESS);
    if (spans.cover(at)) {
      findings.checked(Invariant.I7, 1);
    }
  }

  /** A record of which the results need not tell. */
  void harmless(Place at) {
    arrived(at, TRACED);
  }

  /** A record has left its trace. */
  void traced(Place at) {
    mark(at, TRACED);
  }

  private void arrived(Place at, byte with) {
    mark(at, (byte) (ARRIVED | with));
  }

  /**
   * A dead letter or a conflict names a record.
   *
   * @param byAt where that lies
   */
  void answered(Place at, Place byAt) {
    if (!topics.contains(at.topic())) {
      findings.violated(Invariant.I7, "%s names %s, which is no topic of the gate's", byAt, at);
    } else if ((mark(at, ANSWERED) & ANSWERED) != 0) {
      findings.violated(Invariant.I7, "%s has another conflict or dead letter at %s", at, byAt);
    }
  }

  /** Whether a dead letter or a conflict names a record. */
  boolean isAnswered(Place at) {
    return (pageOf(at).flags[rowOf(at)] & ANSWERED) != 0;
  }

  /** Marks a place; what was marked before. */
  private byte mark(Place at, byte flags) {
    Page page = pageOf(at);
    int row = rowOf(at);
    byte before = page.flags[row];
    byte after = (byte) (before | flags);
    page.flags[row] = after;
    if (spans.cover(at)) {
      waiting += (isWaiting(after) ? 1 : 0) - (isWaiting(before) ? 1 : 0);
      strangers += (isStranger(after) ? 1 : 0) - (isStranger(before) ? 1 : 0);
    }
    return before;
  }

  private static boolean isWaiting(byte flags) {
    return (flags & ARRIVED) != 0
        && (flags & ANSWERED) == 0
        && ((flags & TRACED) == 0 || (flags & HOPELESS) != 0);
  }

  private static boolean isStranger(byte flags) {
    return (flags & ANSWERED) != 0 && (flags & ARRIVED) == 0;
  }

  /** Whether each has left its trace. */
  boolean complete() {
    return waiting == 0;
  }

  /** Judges what has left no trace, and what was never there. */
  void judge() {
    if (waiting + strangers > 0) {
      pages.forEach(this::judge);
    }
  }

  private void judge(Page page) {
    for (int row = 0; row < PAGE; row++) {
      byte flags = page.flags[row];
      if (!isWaiting(flags) && !isStranger(flags)) {
        continue;
      }
      Place at =
          new Place(topics.get(page.topic), page.partition, (page.number << PAGE_BITS) + row);
      if (!spans.cover(at)) {
        continue;
      }
      if (isStranger(flags)) {
        findings.violated(
            Invariant.I7, "a dead letter or conflict event names %s, which is not there", at);
      } else if ((flags & HOPELESS) != 0) {
        findings.violated(Invariant.I7, "%s cannot be acted on and has no dead letter", at);
      } else if (at.topic().equals(outcomes)) {
        findings.violated(
            Invariant.I7, "outcome %s has no SETTLED result, conflict or dead letter", at);
      } else {
        findings.violated(Invariant.I7, "control %s has neither its result nor a dead letter", at);
      }
    }
  }

  private Page pageOf(Place at) {
    int topic = topics.indexOf(at.topic());
    long number = at.offset() >> PAGE_BITS;
    Page page = pages.at(new Fingerprint(((long) topic << Integer.SIZE) + at.partition(), number));
    page.topic = topic;
    page.partition = at.partition();
    page.number = number;
    return page;
  }

  private static int rowOf(Place at) {
    return (int) (at.offset() & (PAGE - 1));
  }

  private static final class PageCodec implements Codec<Page> {
    @Override
    public void write(Page page, Out out) {
      out.putNumber(page.topic);
      out.putNumber(page.partition);
      out.putNumber(page.number);
      out.putBytes(page.flags);
    }

    @Override
    public Page read(In in) {
      Page page = new Page();
      page.topic = in.takeInt();
      page.partition = in.takeInt();
      page.number = in.takeNumber();
      in.takeBytes(page.flags);
      return page;
    }

    @Override
    public int heapBytes(Page page) {
      return 60 + PAGE;
    }
  }
}
