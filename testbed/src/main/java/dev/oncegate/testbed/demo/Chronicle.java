package dev.oncegate.testbed.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The latest events, and where all of them are told as they happen. Safe for use by several
 * threads.
 */
final class Chronicle {
  private static final int KEPT = 50;

  private final LongSupplier elapsedMs;
  private final Consumer<Event> listener;
  private final Deque<Event> latest = new ArrayDeque<>();

  Chronicle(LongSupplier elapsedMs, Consumer<Event> listener) {
    this.elapsedMs = elapsedMs;
    this.listener = listener;
  }

  synchronized void tell(Event.Kind kind, String who, String text) {
    Event event = new Event(elapsedMs.getAsLong(), kind, who, text);
    latest.addLast(event);
    if (latest.size() > KEPT) {
      latest.removeFirst();
    }
    listener.accept(event);
  }

  /** The latest events, oldest first. */
  synchronized List<Event> latest() {
    return List.copyOf(latest);
  }
}
