package dev.oncegate.connect.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;

class OffsetBookTest {
  private final OffsetBook book = new OffsetBook();

  @Example
  void nothingIsCommittedBeforeTheFirstIsSettled() {
    book.take(10);
    book.take(11);
    book.settle(11);
    assertThat(book.committable()).isEmpty();
    assertThat(book.ahead()).isEqualTo(2);
    book.settle(10);
    assertThat(book.committable()).hasValue(12);
    assertThat(book.ahead()).isZero();
  }

  @Example
  void gapsOfTransactionMarkersAreNoObstacle() {
    book.take(10);
    book.take(14);
    book.settle(10);
    assertThat(book.committable()).hasValue(11);
    book.settle(14);
    assertThat(book.committable()).hasValue(15);
  }

  @Example
  void whatIsDeliveredTwiceIsTakenOnce() {
    assertThat(book.take(10)).isTrue();
    assertThat(book.take(10)).isFalse();
    book.settle(10);
    assertThat(book.take(10)).isFalse();
    assertThat(book.take(11)).isTrue();
  }

  @Property
  void committableNeverGoesBeyondWhatIsOpenAndReachesTheEnd(
      @ForAll @Size(min = 1, max = 50) @UniqueElements
          List<@LongRange(min = 0, max = 500) Long> offsets,
      @ForAll Random random) {
    List<Long> taken = new ArrayList<>(new TreeSet<>(offsets));
    OffsetBook book = new OffsetBook();
    taken.forEach(book::take);
    TreeSet<Long> open = new TreeSet<>(taken);
    List<Long> order = new ArrayList<>(taken);
    Collections.shuffle(order, random);
    for (long offset : order) {
      book.settle(offset);
      open.remove(offset);
      OptionalLong committable = book.committable();
      if (committable.isPresent() && !open.isEmpty()) {
        assertThat(committable.getAsLong()).isLessThanOrEqualTo(open.first());
      }
      long expected =
          taken.stream()
              .filter(t -> open.isEmpty() || t < open.first())
              .mapToLong(t -> t)
              .max()
              .orElse(-1);
      assertThat(committable.orElse(0)).isEqualTo(expected + 1);
    }
    assertThat(book.committable()).hasValue(taken.get(taken.size() - 1) + 1);
  }
}
