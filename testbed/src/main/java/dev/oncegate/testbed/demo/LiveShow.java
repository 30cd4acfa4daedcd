package dev.oncegate.testbed.demo;

import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The live view, drawn five times a second on the terminal's other screen. The terminal is given
 * back whole whatever ends the process, short of SIGKILL.
 */
public final class LiveShow implements Show {
  private static final long FRAME_MS = 200;
  private static final int FRAMES_PER_SIZE = 10;

  private final PrintStream out;
  private final boolean coloured;
  private final ScheduledExecutorService painter =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "live-view");
            thread.setDaemon(true);
            return thread;
          });
  private final Thread giveBack = new Thread(this::giveBack, "terminal");
  private Terminal.Size size = new Terminal.Size(80, 24);
  private int frames;
  private boolean isOpen;

  /** A show on a terminal that {@link Terminal#isTerminal} says is one. */
  public LiveShow(PrintStream out, boolean coloured) {
    this.out = out;
    this.coloured = coloured;
  }

  @Override
  public void open(Supplier<Scene> scenes) {
    Runtime.getRuntime().addShutdownHook(giveBack);
    synchronized (this) {
      isOpen = true;
      Terminal.open(out);
    }
    painter.scheduleAtFixedRate(() -> paint(scenes), 0, FRAME_MS, TimeUnit.MILLISECONDS);
  }

  private void paint(Supplier<Scene> scenes) {
    if (frames++ % FRAMES_PER_SIZE == 0) {
      size = Terminal.size();
    }
    var lines = new LiveView(size.columns(), size.rows(), coloured).render(scenes.get());
    synchronized (this) {
      if (isOpen) {
        Terminal.draw(out, lines);
      }
    }
  }

  @Override
  public void tell(Event event) {
    // The next frame shows it.
  }

  private synchronized void giveBack() {
    if (isOpen) {
      isOpen = false;
      Terminal.close(out);
    }
  }

  @Override
  public void close() {
    painter.shutdownNow();
    giveBack();
    try {
      Runtime.getRuntime().removeShutdownHook(giveBack);
    } catch (IllegalStateException e) {
      // The process is ending: the hook has run.
    }
  }
}
