package dev.oncegate.testbed.demo;

import static java.util.Locale.ROOT;

import java.io.PrintStream;
import java.util.function.Supplier;

/** One line for each event, for whatever is no terminal. */
public record PlainShow(PrintStream out) implements Show {
  @Override
  public void open(Supplier<Scene> scenes) {
    // Events say it all.
  }

  @Override
  public void tell(Event event) {
    out.println(line(event));
  }

  static String line(Event event) {
    return String.format(ROOT, "%7.2f s  %s: %s", event.atMs() / 1000.0, event.who(), event.text());
  }

  @Override
  public void close() {
    out.flush();
  }
}
