package dev.oncegate.testbed.check;

import dev.oncegate.testbed.check.store.Codec;
import dev.oncegate.testbed.check.store.ColdStore;
import dev.oncegate.testbed.check.store.Fingerprint;
import dev.oncegate.testbed.check.store.In;
import dev.oncegate.testbed.check.store.Out;
import dev.oncegate.testbed.check.store.SpillingMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges two kinds of records that must come in pairs, one to one, at most one pair for a command:
 * an effect and the result that lets it through (I1), a conflict event and its decision, an
 * escalation and its OVERDUE result (both I7). Each names the other by the same fingerprint. It
 * does not matter which is seen first.
 *
 * <p>A pair takes one bit of its command's page once it is complete, some five bytes a command in
 * all; a record that waits for its other takes 48 bytes, on disk 20.
 */
final class Pairs {
  private static final int PAGE_BITS = 8;
  private static final int PAGE = 1 << PAGE_BITS;

  private final SpillingMap<Page> pages;
  private final Spans spans;
  private final Findings findings;
  private final Invariant invariant;
  private final Side left;
  private final Side right;
  private long waiting;
  private long waitingBeyond;

  /**
   * One of the two kinds: its name in words, such as "effect", and the topic where all of it lies.
   */
  record Side(String words, String topic) {}

  Pairs(
      Invariant invariant, Side left, Side right, Spans spans, Findings findings, ColdStore store) {
    this.invariant = invariant;
    this.left = left;
    this.right = right;
    this.spans = spans;
    this.findings = findings;
    this.pages = store.map(new PageCodec(), Page::new);
  }

  /**
   * A record that waits for its other.
   *
   * @param name 64 bits of what the pair has in common
   * @param isRead of an effect, whether it is a READ; of a result, whether it must be
   */
  private record Half(
      int row,
      boolean isLeft,
      long name,
      boolean isRead,
      int partition,
      long offset,
      boolean isCovered,
      @Nullable Half next) {}

  private static final class Page {
    /** A bit for each command that has its pair. */
    final long[] paired = new long[PAGE / Long.SIZE];

    final @Nullable Half[] waiting = new Half[PAGE];
    int size;

    boolean isPaired(int row) {
      return (paired[row / Long.SIZE] & 1L << row) != 0;
    }

    void add(Half half) {
      waiting[half.row] =
          new Half(
              half.row,
              half.isLeft,
              half.name,
              half.isRead,
              half.partition,
              half.offset,
              half.isCovered,
              waiting[half.row]);
      size++;
    }
  }

  void left(Place command, Fingerprint name, boolean isRead, Place at) {
    findings.checked(invariant, 1);
    seen(command, true, name, isRead, at);
  }

  void right(Place command, Fingerprint name, boolean mustBeRead, Place at) {
    seen(command, false, name, mustBeRead, at);
  }

  private void seen(Place command, boolean isLeft, Fingerprint name, boolean isRead, Place at) {
    int row = (int) (command.offset() & (PAGE - 1));
    Page page = pages.at(new Fingerprint(command.partition(), command.offset() >> PAGE_BITS));
    Half half =
        new Half(
            row,
            isLeft,
            name.high(),
            isRead,
            at.partition(),
            at.offset(),
            spans.cover(command),
            null);
    Half other = takeOther(page, half);
    if (other != null) {
      page.paired[row / Long.SIZE] |= 1L << row;
      Half result = isLeft ? other : half;
      Half effect = isLeft ? half : other;
      if (result.isRead && !effect.isRead) {
        findings.violated(
            invariant,
            "the %s at %s may let through a READ only, and the %s at %s is none",
            right.words,
            placeOf(result),
            left.words,
            placeOf(effect));
      }
    } else if (page.isPaired(row)) {
      findings.violated(
          invariant,
          "the %s at %s is one too many: command %s has its %s and its %s",
          sideOf(half).words,
          at,
          command,
          left.words,
          right.words);
    } else {
      page.add(half);
      count(half, 1);
    }
  }

  /** Takes out what waits for this; more than one such is too many. */
  private @Nullable Half takeOther(Page page, Half half) {
    Half chain = page.waiting[half.row];
    Half found = null;
    page.waiting[half.row] = null;
    for (Half one = chain; one != null; one = one.next) {
      page.size--;
      if (one.isLeft == half.isLeft || one.name != half.name) {
        page.add(one);
        continue;
      }
      count(one, -1);
      if (found != null) {
        findings.violated(
            invariant,
            "the %s at %s is one too many: its %s at %s has another",
            sideOf(one).words,
            placeOf(one),
            sideOf(half).words,
            placeOf(half));
      }
      found = one;
    }
    return found;
  }

  private void count(Half half, int more) {
    if (half.isCovered) {
      waiting += more;
    } else {
      waitingBeyond += more;
    }
  }

  /** Whether each that belongs to a command that is judged has its other. */
  boolean complete() {
    return waiting == 0;
  }

  /**
   * Judges what has no other.
   *
   * @param allThere whether that must be so of commands that are not judged, too
   */
  void judge(boolean allThere) {
    if (waiting + (allThere ? waitingBeyond : 0) == 0) {
      return;
    }
    pages.forEach(
        page -> {
          for (Half chain : page.waiting) {
            for (Half half = chain; half != null; half = half.next) {
              if (half.isCovered || allThere) {
                findings.violated(
                    invariant,
                    "the %s at %s has no %s",
                    sideOf(half).words,
                    placeOf(half),
                    (half.isLeft ? right : left).words);
              }
            }
          }
        });
  }

  private Side sideOf(Half half) {
    return half.isLeft ? left : right;
  }

  private Place placeOf(Half half) {
    return new Place(sideOf(half).topic, half.partition, half.offset);
  }

  private static final class PageCodec implements Codec<Page> {
    @Override
    public void write(Page page, Out out) {
      for (long bits : page.paired) {
        out.putBits(bits);
      }
      out.putNumber(page.size);
      for (Half chain : page.waiting) {
        for (Half half = chain; half != null; half = half.next) {
          out.putNumber(half.row);
          out.putByte((half.isLeft ? 1 : 0) + (half.isRead ? 2 : 0) + (half.isCovered ? 4 : 0));
          out.putBits(half.name);
          out.putNumber(half.partition);
          out.putNumber(half.offset);
        }
      }
    }

    @Override
    public Page read(In in) {
      Page page = new Page();
      for (int i = 0; i < page.paired.length; i++) {
        page.paired[i] = in.takeBits();
      }
      for (int rest = in.takeInt(); rest > 0; rest--) {
        int row = in.takeInt();
        int flags = in.takeByte();
        page.add(
            new Half(
                row,
                (flags & 1) != 0,
                in.takeBits(),
                (flags & 2) != 0,
                in.takeInt(),
                in.takeNumber(),
                (flags & 4) != 0,
                null));
      }
      return page;
    }

    @Override
    public int heapBytes(Page page) {
      return 100 + PAGE / 8 + 4 * PAGE + 48 * page.size;
    }
  }
}
