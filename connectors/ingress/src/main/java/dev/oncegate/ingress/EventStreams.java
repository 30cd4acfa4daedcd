package dev.oncegate.ingress;

import dev.oncegate.schema.ActionResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The clients that follow runs, by server-sent events. */
final class EventStreams implements AutoCloseable {
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private final int max;
  private final Map<String, Set<EventStream>> byRun = new HashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "heartbeats");
            thread.setDaemon(true);
            return thread;
          });
  private int open;

  EventStreams(int max, Duration heartbeat) {
    this.max = max;
    clock.scheduleAtFixedRate(
        this::beat, heartbeat.toMillis(), heartbeat.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Adds a client; it gets what is told of the run from now on.
   *
   * @throws Refused where there are too many
   */
  void add(String runId, EventStream stream) {
    synchronized (this) {
      if (open >= max) {
        throw new Refused(ProblemType.BUSY, "There are %d event streams already.".formatted(open));
      }
      open++;
      byRun.computeIfAbsent(runId, run -> new HashSet<>()).add(stream);
    }
    // Tells the client that it is there, so that it may begin to act.
    stream.offer(HEARTBEAT);
  }

  /** Takes the next result of the topic, in its order. */
  void accept(ActionResult result) {
    List<EventStream> streams;
    synchronized (this) {
      Set<EventStream> ofRun = byRun.get(result.getRunId());
      if (ofRun == null) {
        return;
      }
      streams = List.copyOf(ofRun);
    }
    String json = new String(ResultJson.bytes(ResultJson.of(result)), StandardCharsets.UTF_8);
    byte[] event =
        "id: %d\nevent: %s\ndata: %s\n\n"
            .formatted(result.getRunSeq(), result.getEvent().name().toLowerCase(Locale.ROOT), json)
            .getBytes(StandardCharsets.UTF_8);
    streams.forEach(stream -> stream.offer(event));
  }

  /** Keeps the connections open, and forgets those that are gone. */
  private void beat() {
    List<EventStream> all = new ArrayList<>();
    synchronized (this) {
      byRun
          .values()
          .removeIf(
              streams -> {
                int before = streams.size();
                streams.removeIf(EventStream::isEnded);
                open -= before - streams.size();
                all.addAll(streams);
                return streams.isEmpty();
              });
    }
    all.forEach(stream -> stream.offer(HEARTBEAT));
  }

  synchronized int open() {
    return open;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    List<EventStream> all = new ArrayList<>();
    synchronized (this) {
      byRun.values().forEach(all::addAll);
      byRun.clear();
    }
    all.forEach(EventStream::close);
  }
}
