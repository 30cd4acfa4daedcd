package dev.oncegate.ops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.config.HostAndPort;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.gate.GateQueries;
import dev.oncegate.gate.Place;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.StateNotAvailableException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.kafka.streams.errors.InvalidStateStoreException;

/** Looks runs and actions up, here or at the instance that has them. */
final class Lookups {
  private final Scope scope;
  private final long windowMs;
  private final boolean resultsShown;
  private final Neighbours neighbours;

  /** Threads that may be in the stores at a time: the others answer probes. */
  private final Semaphore room;

  Lookups(GateConfig config, Neighbours neighbours) {
    this.scope = config.scope();
    this.windowMs = config.getLong(GateKeys.DEDUP_WINDOW_MS);
    this.resultsShown = config.getBoolean(GateKeys.OPS_RESULTS_SHOWN);
    this.neighbours = neighbours;
    this.room = new Semaphore(config.getInt(GateKeys.OPS_THREADS_MAX) / 2);
  }

  CompletableFuture<Answer> run(GateQueries queries, Asked asked, String runId) {
    asked.allowOnly(scope == Scope.RUN ? Set.of() : Set.of(scope.field()));
    RunId id = new RunId(scope == Scope.RUN ? runId : asked.required(scope.field()), runId);
    return whereItIs(
        queries,
        asked,
        id.scope(),
        partition -> {
          RunState run = queries.run(partition, id);
          if (run == null) {
            throw new Refused(
                Problem.UNKNOWN_RUN,
                "Nothing is known of run %s; an idle run is forgotten in time.".formatted(runId));
          }
          return located(KnownJson.run(id, run), queries, partition);
        });
  }

  CompletableFuture<Answer> action(
      GateQueries queries, Asked asked, String scopeValue, String key) {
    asked.allowOnly(Set.of());
    ActionId id = new ActionId(scopeValue, key);
    return whereItIs(
        queries,
        asked,
        scopeValue,
        partition -> {
          ActionEntry entry = queries.action(partition, id);
          if (entry == null) {
            throw new Refused(
                Problem.UNKNOWN_ACTION,
                "Nothing is known of this key in this scope, or no longer.");
          }
          return located(KnownJson.action(id, entry, windowMs, resultsShown), queries, partition);
        });
  }

  private static Answer located(ObjectNode json, GateQueries queries, int partition) {
    json.put("partition", partition);
    HostAndPort self = queries.self();
    if (self != null) {
      json.put("instance", self.toString());
    }
    return Answer.ok(json);
  }

  /** Answers from the stores of one partition. */
  private interface Here {
    Answer of(int partition);
  }

  private CompletableFuture<Answer> whereItIs(
      GateQueries queries, Asked asked, String scopeValue, Here here) {
    Place place = queries.placeOf(scopeValue);
    HostAndPort active = place.active();
    HostAndPort self = queries.self();
    if (place.here() || active == null || self == null || asked.forwarded()) {
      return CompletableFuture.completedFuture(within(() -> hereOrNowhere(place, here)));
    }
    return neighbours
        .ask(active, asked.target(), self)
        .exceptionally(
            failure -> {
              throw place.standbys().isEmpty()
                  ? Refused.of(failure)
                  : standbyOnly(place, String.valueOf(Refused.of(failure).getMessage()));
            });
  }

  private static Refused standbyOnly(Place place, String reason) {
    return new Refused(
        Problem.STANDBY_ONLY,
        "%s %s keeps a copy, which may be old and is not shown."
            .formatted(reason, place.standbys().get(0)));
  }

  private static Answer hereOrNowhere(Place place, Here here) {
    try {
      return here.of(place.partition());
    } catch (StateNotAvailableException e) {
      if (place.active() == null && !place.standbys().isEmpty()) {
        throw standbyOnly(
            place,
            "Partition %d is processed by nobody at this moment.".formatted(place.partition()));
      }
      if (place.here()) {
        // As on several machines whose instances all listen on loopback.
        throw new Refused(
            Problem.NOT_AVAILABLE,
            "Partition %d is on its way here. Ask again; if this lasts, another instance has the same application.server, %s."
                .formatted(place.partition(), place.active()));
      }
      throw e;
    }
  }

  /** Looks into the stores of this instance, if there is room. */
  <T> T within(Supplier<T> lookUp) {
    if (!room.tryAcquire()) {
      throw new Refused(Problem.BUSY, "Ask again.");
    }
    try {
      return lookUp.get();
    } catch (StateNotAvailableException | InvalidStateStoreException e) {
      throw new Refused(Problem.NOT_AVAILABLE, e.getMessage() + " Ask again.");
    } finally {
      room.release();
    }
  }
}
