package dev.oncegate.testbed.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts instances again that have ended by themselves, as an orchestrator does, and keeps the
 * books on it. One that ends again and again is started again and again, with a pause.
 */
final class Supervisor implements AutoCloseable {
  private static final long LOOK_MS = 200;
  private static final long PAUSE_MS = 1000;

  private final List<Member> members = new CopyOnWriteArrayList<>();
  private final List<Restart> restarts = new ArrayList<>();
  private final LongSupplier elapsedMs;
  private final Thread thread = new Thread(this::watch, "supervisor");

  /**
   * @param elapsedMs the time since the run began
   */
  Supervisor(LongSupplier elapsedMs) {
    this.elapsedMs = elapsedMs;
    thread.setDaemon(true);
    thread.start();
  }

  void watch(Member member) {
    members.add(member);
  }

  void forget(Member member) {
    members.remove(member);
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(LOOK_MS);
        for (Member member : members) {
          look(member);
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void look(Member member) throws InterruptedException {
    @Nullable String cause = member.beginIfEnded();
    if (cause != null) {
      synchronized (this) {
        restarts.add(new Restart(elapsedMs.getAsLong(), member.name(), brief(cause)));
      }
      Thread.sleep(PAUSE_MS);
    }
  }

  /** The exit code, and the error that was told last. */
  private static String brief(String end) {
    List<String> lines = end.lines().toList();
    String code = lines.get(0).split(";", 2)[0];
    return lines.stream()
        .filter(line -> line.contains(" ERROR "))
        .reduce((former, latter) -> latter)
        .map(error -> code + ": " + error.substring(error.indexOf(" ERROR ") + 7))
        .orElse(code);
  }

  /** All restarts by now. */
  synchronized List<Restart> restarts() {
    return List.copyOf(restarts);
  }

  /** Starts nothing any more. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
