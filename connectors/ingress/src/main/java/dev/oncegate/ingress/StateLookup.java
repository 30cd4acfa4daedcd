package dev.oncegate.ingress;

import dev.oncegate.core.intake.Scope;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/** {@code GET /v1/actions/{key}}: how an action stands, as far as this instance knows. */
final class StateLookup {
  private final Scope scope;
  private final Credentials credentials;
  private final LatestStates states;

  StateLookup(Scope scope, Credentials credentials, LatestStates states) {
    this.scope = scope;
    this.credentials = credentials;
    this.states = states;
  }

  /**
   * The answer to who asks how an action stands.
   *
   * @throws Refused where the action is not the caller's, or not known
   */
  Answer of(Request request, String key) {
    Caller caller = credentials.caller(request);
    Fields query = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
    String said = query.getValue(scope.field());
    String value =
        switch (scope) {
          case RUN -> said;
          case AGENT -> caller.requireAgent(said);
          case TENANT -> caller.requireTenant(said);
        };
    CommandReader.requireName(scope.field(), value);
    if (scope == Scope.RUN) {
      caller.requireOwnRun(value);
    }
    ActionState state = states.find(value, key);
    if (state == null) {
      throw new Refused(
          ProblemType.UNKNOWN_ACTION,
          "It was never sent, or so long ago that it was forgotten here, or a moment ago. The gate"
              + " remembers longer: send the action again with the same key.");
    }
    caller.requireOwnRun(state.last().getRunId());
    return Answer.ok(ResultJson.of(state));
  }
}
