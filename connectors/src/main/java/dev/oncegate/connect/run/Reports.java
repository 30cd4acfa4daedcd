package dev.oncegate.connect.run;

import dev.oncegate.connect.http.Body;
import dev.oncegate.connect.policy.Step;
import dev.oncegate.connect.route.Carried;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionExecution;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.CallDecision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Words what is reported of a call: pure. */
final class Reports {
  private static final String RESULT_NOT_KEPT = "RESULT_NOT_KEPT";
  private static final int MAX_TEXT = 2_048;

  private final String executorId;

  Reports(String executorId) {
    this.executorId = executorId;
  }

  /** The trace of a call; the execution's situation is that after it. */
  ActionExecution execution(Execution execution, Call call, Step step) {
    ActionEffect effect = execution.effect();
    return new ActionExecution(
        effect.getScope(),
        effect.getRunId(),
        effect.getIdempotencyKey(),
        effect.getAttempt(),
        execution.actionId(),
        call.number(),
        effect.getTool(),
        effect.getSideEffectClass(),
        call.callClass(),
        decision(step),
        execution.situation().mayHaveHappened(),
        call.status(),
        call.headers(),
        call.startedAt(),
        call.latency().toMillis(),
        step instanceof Step.Retry retry ? retry.delay().toMillis() : null,
        effect.getDeadlineAt(),
        cut(call.detail() == null ? call.message() : call.detail()),
        executorId,
        effect.getCorrelationId(),
        new RecordCoordinates(
            execution.assignment().topic(),
            execution.assignment().partition(),
            execution.offset()));
  }

  private static CallDecision decision(Step step) {
    if (step instanceof Step.Succeed) {
      return CallDecision.SUCCEEDED;
    } else if (step instanceof Step.Fail) {
      return CallDecision.FAILED;
    } else if (step instanceof Step.FailTransiently) {
      return CallDecision.FAILED_TRANSIENT;
    } else if (step instanceof Step.Retry) {
      return CallDecision.RETRY;
    } else if (step instanceof Step.KeepSilent) {
      return CallDecision.SILENT;
    }
    return CallDecision.WITHHELD;
  }

  /**
   * The outcome of an effect; null where none is reported.
   *
   * <p>But for the time it says nothing that differs between two executions that were answered
   * alike: the gate takes two outcomes of one attempt that differ for a contradiction.
   */
  @Nullable ActionOutcome outcome(Execution execution, Call call, Step step, Instant now) {
    OutcomeStatus status = status(step);
    if (status == null) {
      return null;
    }
    ActionEffect effect = execution.effect();
    ActionOutcome outcome = new ActionOutcome();
    outcome.setScope(effect.getScope());
    outcome.setRunId(effect.getRunId());
    outcome.setIdempotencyKey(effect.getIdempotencyKey());
    outcome.setAttempt(effect.getAttempt());
    outcome.setStatus(status);
    outcome.setErrorCode(call.errorCode());
    outcome.setErrorMessage(cut(call.message()));
    outcome.setCompletedAt(now);
    outcome.setExecutorId(executorId);
    outcome.setCorrelationId(effect.getCorrelationId());
    carry(outcome, call.body());
    return outcome;
  }

  private static @Nullable OutcomeStatus status(Step step) {
    if (step instanceof Step.Succeed) {
      return OutcomeStatus.SUCCEEDED;
    } else if (step instanceof Step.Fail) {
      return OutcomeStatus.FAILED;
    }
    return step instanceof Step.FailTransiently ? OutcomeStatus.FAILED_TRANSIENT : null;
  }

  private static void carry(ActionOutcome outcome, Body body) {
    if (body instanceof Body.Inline inline) {
      outcome.setResult(inline.result());
      outcome.setContentType(inline.contentType());
    } else if (body instanceof Body.Elsewhere elsewhere) {
      outcome.setResultUri(elsewhere.uri());
      outcome.setResult(elsewhere.result());
      outcome.setContentType(elsewhere.contentType());
    } else if (body instanceof Body.NotKept notKept && outcome.getErrorCode() == null) {
      // It was done, and saying anything else would have it done again.
      outcome.setErrorCode(RESULT_NOT_KEPT);
      outcome.setErrorMessage("It was done, but " + notKept.reason() + ".");
    }
  }

  /** The record headers of both. */
  static Map<String, String> headers(Carried carried) {
    Map<String, String> headers = new LinkedHashMap<>();
    put(headers, "traceparent", carried.traceparent());
    put(headers, "tracestate", carried.tracestate());
    put(headers, "correlation-id", carried.correlationId());
    return headers;
  }

  private static void put(Map<String, String> headers, String name, @Nullable String value) {
    if (value != null) {
      headers.put(name, value);
    }
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null || text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }
}
