package dev.oncegate.ingress;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ResultEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Brings results to the requests that wait for them: a decision by the place of its command, an
 * outcome by scope, key and attempt.
 *
 * <p>The gate may be faster than the acknowledgement that tells where a command lies. So while a
 * command of a run is on its way, the results of that run are kept; nothing else is, and no longer.
 */
final class Waiting {
  /** Beyond it the oldest is dropped, and its request answered 503: a bound, not a tuning. */
  static final int EARLY_MAX = 1_000;

  private final Map<Place, Ticket> decisions = new HashMap<>();
  private final Map<Attempt, Ticket> outcomes = new HashMap<>();
  private final Map<String, OnItsWay> runs = new HashMap<>();

  private record Attempt(String scope, String key, int number) {
    static @Nullable Attempt of(ActionResult result) {
      String key = result.getIdempotencyKey();
      Integer number = result.getEffectAttempt();
      return key == null || number == null ? null : new Attempt(result.getScope(), key, number);
    }
  }

  /** Commands of one run whose place is not known yet, and the results of the run meanwhile. */
  private static final class OnItsWay {
    private final List<ActionResult> early = new ArrayList<>();
    private int commands;
  }

  /** One command that is waited for. */
  static final class Ticket {
    private final String runId;
    private final CompletableFuture<ActionResult> decision = new CompletableFuture<>();
    private final CompletableFuture<ActionResult> outcome = new CompletableFuture<>();
    private @Nullable Place place;
    private @Nullable Attempt attempt;
    private boolean onItsWay = true;
    private boolean closed;

    private Ticket(String runId) {
      this.runId = runId;
    }

    /** The gate's decision on the command. */
    CompletableFuture<ActionResult> decision() {
      return decision;
    }

    /** What becomes of the attempt, where the decision let one through. */
    CompletableFuture<ActionResult> outcome() {
      return outcome;
    }
  }

  /** To be called before the command is written. */
  synchronized Ticket open(String runId) {
    runs.computeIfAbsent(runId, run -> new OnItsWay()).commands++;
    return new Ticket(runId);
  }

  /** Tells where the command lies. */
  void written(Ticket ticket, Place place) {
    List<Runnable> completions = new ArrayList<>();
    synchronized (this) {
      if (!ticket.closed) {
        ticket.place = place;
        decisions.put(place, ticket);
        for (ActionResult early : runs.get(ticket.runId).early) {
          offer(early, completions);
        }
      }
      arrived(ticket);
    }
    completions.forEach(Runnable::run);
  }

  /** Takes the next result of the topic, in its order. */
  void accept(ActionResult result) {
    List<Runnable> completions = new ArrayList<>();
    synchronized (this) {
      OnItsWay run = runs.get(result.getRunId());
      if (run != null) {
        if (run.early.size() == EARLY_MAX) {
          run.early.remove(0);
        }
        run.early.add(result);
      }
      offer(result, completions);
    }
    completions.forEach(Runnable::run);
  }

  private void offer(ActionResult result, List<Runnable> completions) {
    if (result.getEvent() == ResultEvent.DECIDED) {
      Ticket ticket = decisions.remove(Place.of(result.getCommand()));
      if (ticket != null) {
        ticket.attempt = Attempt.of(result);
        if (ticket.attempt != null) {
          outcomes.put(ticket.attempt, ticket);
        }
        completions.add(() -> ticket.decision.complete(result));
      }
    } else {
      Attempt attempt = Attempt.of(result);
      Ticket ticket = attempt == null ? null : outcomes.remove(attempt);
      if (ticket != null) {
        completions.add(() -> ticket.outcome.complete(result));
      }
    }
  }

  private void arrived(Ticket ticket) {
    if (ticket.onItsWay) {
      ticket.onItsWay = false;
      OnItsWay run = runs.get(ticket.runId);
      if (--run.commands == 0) {
        runs.remove(ticket.runId);
      }
    }
  }

  /** Nobody waits any more, or the command was not written. */
  synchronized void close(Ticket ticket) {
    ticket.closed = true;
    arrived(ticket);
    if (ticket.place != null) {
      decisions.remove(ticket.place, ticket);
    }
    if (ticket.attempt != null) {
      outcomes.remove(ticket.attempt, ticket);
    }
  }

  /** How many entries are kept, of all kinds: 0 when nobody waits. */
  synchronized int size() {
    return decisions.size() + outcomes.size() + runs.size();
  }
}
