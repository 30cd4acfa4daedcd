package dev.oncegate.ingress;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.RecordCoordinates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Takes commands, and answers them as it is told, at once. */
final class FakeGate implements Commands {
  final List<ActionCommand> commands = new ArrayList<>();
  final List<Map<String, String>> headers = new ArrayList<>();
  final List<String> scopes = new ArrayList<>();
  final Waiting waiting = new Waiting();
  final LatestStates states = new LatestStates(1_048_576);
  final EventStreams streams;

  /** No answer where it is empty. */
  Function<ActionCommand, List<ActionResult>> answers = command -> List.of();

  /** Whether it is told where a command lies. */
  boolean acknowledges = true;

  final List<CompletableFuture<Place>> written = new ArrayList<>();
  private long runSeq;

  FakeGate(EventStreams streams) {
    this.streams = streams;
  }

  @Override
  public synchronized CompletableFuture<Place> write(
      String scope, ActionCommand command, Map<String, String> carried) {
    commands.add(command);
    scopes.add(scope);
    headers.add(carried);
    long offset = commands.size();
    for (ActionResult result : answers.apply(command)) {
      result.setCommand(new RecordCoordinates("agent.commands", 0, offset));
      result.setScope(scope);
      result.setRunId(command.getRunId());
      result.setIdempotencyKey(command.getIdempotencyKey());
      tell(result);
    }
    CompletableFuture<Place> place = new CompletableFuture<>();
    written.add(place);
    if (acknowledges) {
      place.complete(new Place(0, offset));
    }
    return place;
  }

  synchronized int count() {
    return commands.size();
  }

  void tell(ActionResult result) {
    result.setRunSeq(++runSeq);
    states.accept(result);
    streams.accept(result);
    waiting.accept(result);
  }
}
