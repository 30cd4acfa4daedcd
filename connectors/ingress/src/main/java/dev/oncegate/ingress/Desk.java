package dev.oncegate.ingress;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes an action, writes it as a command, waits for the decision and, where the caller likes to,
 * for the outcome. Keeps no thread meanwhile.
 */
final class Desk {
  private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
  private static final String CORRELATION_ID = "correlation-id";

  private final CommandReader reader;
  private final Commands commands;
  private final Waiting waiting;
  private final Duration decisionTimeout;
  private final Executor executor;

  /**
   * @param executor makes and writes the answers: not the threads that bring the results
   */
  Desk(
      CommandReader reader,
      Commands commands,
      Waiting waiting,
      Duration decisionTimeout,
      Executor executor) {
    this.reader = reader;
    this.commands = commands;
    this.waiting = waiting;
    this.decisionTimeout = decisionTimeout;
    this.executor = executor;
  }

  /**
   * An action as the caller sent it.
   *
   * @param json the action
   * @param headerKey the key in the header; null: none
   * @param carried the headers that go with the command, by name
   * @param patience how long to wait for the outcome; zero: the decision is enough
   */
  record Request(
      String json,
      @Nullable String headerKey,
      Map<String, String> carried,
      Caller caller,
      Duration patience) {}

  /** Answers an action; never fails. */
  CompletableFuture<Answer> submit(Request request) {
    try {
      ActionCommand command = reader.read(request.json(), request.headerKey(), request.caller());
      Map<String, String> headers = new HashMap<>(request.carried());
      if (command.getCorrelationId() == null) {
        command.setCorrelationId(headers.get(CORRELATION_ID));
      } else {
        headers.put(CORRELATION_ID, command.getCorrelationId());
      }
      return ask(command, headers, request.patience())
          .handleAsync(
              (result, failure) ->
                  failure == null ? Answer.of(result, reader.scope()) : refusal(failure),
              executor);
    } catch (Refused e) {
      return CompletableFuture.completedFuture(Answer.of(e));
    }
  }

  private CompletableFuture<ActionResult> ask(
      ActionCommand command, Map<String, String> headers, Duration wait) {
    long startNanos = System.nanoTime();
    Waiting.Ticket ticket = waiting.open(command.getRunId());
    CompletableFuture<Place> written = commands.write(reader.scopeOf(command), command, headers);
    written.whenComplete(
        (place, failure) -> {
          if (failure == null) {
            waiting.written(ticket, place);
          } else {
            ticket.decision().completeExceptionally(failure);
          }
        });
    return ticket
        .decision()
        .orTimeout(decisionTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .thenCompose(
            decided -> {
              long leftNanos = wait.toNanos() - (System.nanoTime() - startNanos);
              return Twin.isPending(decided) && leftNanos > 0
                  ? ticket.outcome().completeOnTimeout(decided, leftNanos, TimeUnit.NANOSECONDS)
                  : CompletableFuture.completedFuture(decided);
            })
        .whenComplete(
            (result, failure) -> {
              written.cancel(false);
              waiting.close(ticket);
            });
  }

  private Answer refusal(Throwable failure) {
    Throwable cause = Refused.causeOf(failure);
    if (cause instanceof Refused refused) {
      return Answer.of(refused);
    }
    if (!(cause instanceof TimeoutException)) {
      LOG.error("an answer could not be made", cause);
    }
    return Answer.of(
        new Refused(
            ProblemType.NO_DECISION,
            "The gate has not decided within %d ms; it may still do. Send it again with the same key."
                .formatted(decisionTimeout.toMillis())));
  }
}
