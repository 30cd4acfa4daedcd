package dev.oncegate.testbed.demo;

import java.util.function.Supplier;

/** Where the demo can be watched. */
public interface Show extends AutoCloseable {
  /** Begins to show what the supplier says. */
  void open(Supplier<Scene> scenes);

  /** Told of each event as it happens. */
  void tell(Event event);

  @Override
  void close();
}
