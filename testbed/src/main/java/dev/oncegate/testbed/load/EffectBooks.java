package dev.oncegate.testbed.load;

import dev.oncegate.testbed.agents.Attempt;
import dev.oncegate.testbed.agents.Books;
import java.util.ArrayList;
import java.util.List;

/**
 * Books of the executors: by how many effects each attempt was permitted. An effect is known by
 * where it lies: the same record delivered again is no second permission.
 *
 * <p>Each attempt is kept as 64 bits that stand for it and 64 for where its effect lies: 23 to 45
 * MB for a million attempts, half as much again while the table grows. That two of N attempts share
 * their 64 bits, and the gate is accused wrongly, has a chance of about N² / 2^65: one in 370
 * million for a hundred thousand, one in 37 000 for ten million. Safe for use by several threads.
 */
final class EffectBooks implements Books {
  private static final int FIRST_CAPACITY = 1 << 16;
  private static final double FULL = 0.7;
  private static final int OFFSET_BITS = 48;
  private static final int MOST_NAMES = 1_000;

  private long[] names = new long[FIRST_CAPACITY];
  private long[] places = new long[FIRST_CAPACITY];
  private int size;
  private long permittedAgain;
  private final List<Attempt> twice = new ArrayList<>();

  @Override
  public synchronized void deliver(Attempt attempt, int partition, long offset, boolean executes) {
    long name = Chance.fingerprint(0, attempt.scope(), attempt.key(), attempt.number());
    // Zero marks a free row in both tables.
    long place = (((long) partition + 1) << OFFSET_BITS) | offset;
    int row = rowOf(name, names.length);
    while (places[row] != 0 && names[row] != name) {
      row = (row + 1) & (names.length - 1);
    }
    if (places[row] == 0) {
      names[row] = name;
      places[row] = place;
      size++;
      growWhereFull();
    } else if (places[row] != place) {
      permittedAgain++;
      if (twice.size() < MOST_NAMES && !twice.contains(attempt)) {
        twice.add(attempt);
      }
    }
  }

  private static int rowOf(long name, int capacity) {
    return (int) (name ^ (name >>> 32)) & (capacity - 1);
  }

  private void growWhereFull() {
    if (size < names.length * FULL) {
      return;
    }
    long[] oldNames = names;
    long[] oldPlaces = places;
    names = new long[oldNames.length * 2];
    places = new long[oldNames.length * 2];
    for (int old = 0; old < oldNames.length; old++) {
      if (oldPlaces[old] != 0) {
        int row = rowOf(oldNames[old], names.length);
        while (places[row] != 0) {
          row = (row + 1) & (names.length - 1);
        }
        names[row] = oldNames[old];
        places[row] = oldPlaces[old];
      }
    }
  }

  /** Attempts that were permitted, each once. */
  synchronized long attempts() {
    return size;
  }

  /** How often an attempt was permitted once more, by another effect. */
  synchronized long permittedAgain() {
    return permittedAgain;
  }

  /** Attempts that more than one effect permitted, the first thousand of them. */
  synchronized List<Attempt> twice() {
    return List.copyOf(twice);
  }
}
