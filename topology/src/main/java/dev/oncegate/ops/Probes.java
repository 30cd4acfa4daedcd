package dev.oncegate.ops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.gate.Restore;
import dev.oncegate.gate.Vitals;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the probes are told. The three questions differ in what follows from a no: not healthy means
 * that only a new process helps, not ready that this one cannot work at this moment, not started
 * that it has to be given more time.
 */
final class Probes {
  private static final int MOST_RESTORES = 100;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Duration grace;

  /**
   * @param grace how long an instance that was running stays ready without running
   */
  Probes(Duration grace) {
    this.grace = grace;
  }

  /** Whether the process is alive: a gate that ended never comes back by itself. */
  Answer health(@Nullable Vitals vitals) {
    if (vitals == null) {
      return Answer.ok(JSON.objectNode().put("status", "STARTING"));
    }
    return switch (vitals.state()) {
      case ERROR, PENDING_ERROR, NOT_RUNNING ->
          Answer.problem(
              Problem.UNHEALTHY,
              "Nothing is processed here any more; the log tells why. Start the process again.",
              told(vitals));
      case CREATED, REBALANCING, RUNNING, PENDING_SHUTDOWN ->
          Answer.ok(told(vitals).put("status", "ALIVE"));
    };
  }

  /** Whether the instance processes what is sent. */
  Answer ready(@Nullable Vitals vitals) {
    if (vitals == null) {
      return Answer.problem(
          Problem.NOT_READY,
          "It waits for the registry, or for the brokers and topics to be checked.",
          JSON.objectNode());
    }
    String obstacle = obstacle(vitals);
    return obstacle == null
        ? Answer.ok(told(vitals).put("status", "READY"))
        : Answer.problem(Problem.NOT_READY, obstacle, told(vitals));
  }

  /** Whether the instance was ready once. */
  Answer startup(@Nullable Vitals vitals) {
    if (vitals == null || vitals.sinceRunning().isEmpty()) {
      return Answer.problem(
          Problem.NOT_STARTED,
          "/readyz tells how far it is.",
          vitals == null ? JSON.objectNode() : told(vitals));
    }
    return Answer.ok(told(vitals).put("status", "STARTED"));
  }

  private @Nullable String obstacle(Vitals vitals) {
    return switch (vitals.state()) {
      case RUNNING ->
          vitals.silence().compareTo(grace) <= 0
              ? null
              : "The broker that keeps the group has not been reached for %d s."
                  .formatted(vitals.silence().toSeconds());
      case REBALANCING ->
          vitals.sinceRunning().filter(since -> since.compareTo(grace) <= 0).isPresent()
              ? null
              : vitals.restores().isEmpty()
                  ? "Partitions are being assigned."
                  : "Stores are being restored from their changelogs.";
      case CREATED -> "It has not begun.";
      case PENDING_SHUTDOWN -> "It is being stopped.";
      case NOT_RUNNING, PENDING_ERROR, ERROR -> "It has ended; the log tells why.";
    };
  }

  private static ObjectNode told(Vitals vitals) {
    ObjectNode json = JSON.objectNode();
    json.put("state", vitals.state().name());
    vitals.sinceRunning().ifPresent(since -> json.put("since_running_ms", since.toMillis()));
    json.put("silence_ms", vitals.silence().toMillis());
    json.set("restoring", restoring(vitals.restores()));
    return json;
  }

  private static ObjectNode restoring(List<Restore> restores) {
    ObjectNode json = JSON.objectNode();
    json.put("stores", restores.size());
    json.put("restored", restores.stream().mapToLong(Restore::restored).sum());
    json.put("remaining", restores.stream().mapToLong(Restore::remaining).sum());
    ArrayNode each = json.putArray("each");
    restores.stream()
        .limit(MOST_RESTORES)
        .forEach(
            restore ->
                each.addObject()
                    .put("store", restore.store())
                    .put("partition", restore.partition())
                    .put("restored", restore.restored())
                    .put("remaining", restore.remaining()));
    return json;
  }
}
