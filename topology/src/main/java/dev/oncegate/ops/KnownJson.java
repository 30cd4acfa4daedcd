package dev.oncegate.ops;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.gate.store.RunId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of runs and actions, as JSON. Names are those of the schemas, times are ISO 8601,
 * what is not known is left out. No confirmation token: who has it can confirm.
 */
final class KnownJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private KnownJson() {}

  static ObjectNode run(RunId id, RunState run) {
    ObjectNode json = JSON.objectNode();
    json.put("scope", id.scope());
    json.put("run_id", id.runId());
    json.put("run_seq", run.seq());
    json.set("circuit", circuit(run.circuit()));
    json.set("counts", counts(run.total()));
    json.putObject("used")
        .put("calls", run.budget().calls())
        .put("conflicts", run.budget().conflicts())
        .put("retries", run.budget().retries());
    time(json, "last_call_at", run.lastCallMs());
    time(json, "last_seen_at", run.lastSeenMs());
    run.lastCalls()
        .forEach(
            call ->
                time(
                    json.withArray("last_calls")
                        .addObject()
                        .put("run_seq", call.runSeq())
                        .put("tool", call.tool())
                        .put("args_hash", call.argsHash().toHex()),
                    "event_time",
                    call.atMs()));
    return json;
  }

  /** One line of the circuits. */
  static ObjectNode open(int partition, RunId id, RunState run) {
    ObjectNode json = JSON.objectNode();
    json.put("partition", partition);
    json.put("scope", id.scope());
    json.put("run_id", id.runId());
    json.setAll(circuit(run.circuit()));
    json.put("calls", run.total().calls());
    return json;
  }

  private static ObjectNode circuit(Circuit circuit) {
    ObjectNode json = JSON.objectNode();
    json.put("state", circuit.state().name());
    time(json, "since", circuit.sinceMs());
    json.put("enabled", circuit.enabled());
    json.put("aborted", circuit.aborted());
    if (circuit.state() == Circuit.State.HALF_OPEN) {
      json.put("trials_left", circuit.trialsLeft());
      json.put("trials_passed", circuit.trialsPassed());
    }
    return json;
  }

  private static ObjectNode counts(Tally tally) {
    return JSON.objectNode()
        .put("calls", tally.calls())
        .put("effects", tally.effects())
        .put("duplicates", tally.duplicates())
        .put("conflicts", tally.conflicts())
        .put("rejections", tally.rejections())
        .put("confirmations", tally.confirmations())
        .put("transient_failures", tally.transientFailures());
  }

  /**
   * @param windowMs the dedup window, in milliseconds
   * @param withResult whether what the executor said is shown
   */
  static ObjectNode action(ActionId id, ActionEntry entry, long windowMs, boolean withResult) {
    ObjectNode json = JSON.objectNode();
    json.put("scope", id.scope());
    json.put("idempotency_key", id.key());
    json.put("status", entry.status().name());
    json.put("attempt", entry.attempt());
    json.put("run_id", entry.runId());
    json.put("tool", entry.tool());
    json.put("side_effect_class", entry.sideEffectClass().name());
    json.put("payload_hash", entry.payloadHash().toHex());
    time(json, "first_seen_at", entry.firstSeenMs());
    time(json, "remembered_from", entry.rememberedFromMs());
    time(json, "valid_until", entry.rememberedFromMs() + windowMs);
    time(json, "deadline", entry.deadlineMs());
    if (entry.effectSeq() > 0) {
      json.put("effect_run_seq", entry.effectSeq());
    }
    json.set("command", coordinates(entry.command()));
    json.set("first_command", coordinates(entry.first()));
    if (entry.token() != null) {
      time(json, "confirmation_expires_at", entry.token().expiresAtMs());
    }
    if (entry.outcome() != null) {
      json.set("outcome", outcome(entry.outcome(), withResult));
    }
    return json;
  }

  private static ObjectNode outcome(Outcome outcome, boolean withResult) {
    ObjectNode json = JSON.objectNode();
    json.put("status", outcome.status().name());
    json.put("attempt", outcome.attempt());
    if (outcome.completedAtMs() != null) {
      time(json, "completed_at", outcome.completedAtMs());
    }
    text(json, "content_type", outcome.contentType());
    text(json, "error_code", outcome.errorCode());
    if (withResult) {
      text(json, "error_message", outcome.errorMessage());
      text(json, "result", outcome.result());
      text(json, "result_uri", outcome.resultUri());
    }
    return json;
  }

  private static ObjectNode coordinates(Coordinates at) {
    return JSON.objectNode()
        .put("topic", at.topic())
        .put("partition", at.partition())
        .put("offset", at.offset());
  }

  private static void text(ObjectNode json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  /** 0 stands for a time that there was not. */
  private static void time(ObjectNode json, String name, long epochMs) {
    if (epochMs != 0) {
      json.put(name, Instant.ofEpochMilli(epochMs).toString());
    }
  }
}
