package dev.oncegate.testbed.check;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** A set of places: one bit each where they lie close together. */
final class OffsetSet {
  private static final int PAGE_BITS = 16;

  private record Page(String topic, int partition, long number) {}

  private final Map<Page, BitSet> pages = new HashMap<>();

  /** Adds a place; false: it was there already. */
  boolean add(Place place) {
    BitSet bits = pages.computeIfAbsent(pageOf(place), ignored -> new BitSet());
    int bit = bitOf(place);
    boolean isNew = !bits.get(bit);
    bits.set(bit);
    return isNew;
  }

  boolean contains(Place place) {
    BitSet bits = pages.get(pageOf(place));
    return bits != null && bits.get(bitOf(place));
  }

  private static Page pageOf(Place place) {
    return new Page(place.topic(), place.partition(), place.offset() >> PAGE_BITS);
  }

  private static int bitOf(Place place) {
    return (int) (place.offset() & ((1 << PAGE_BITS) - 1));
  }
}
