package dev.oncegate.gate;

import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.intake.Intake;
import dev.oncegate.core.intake.IntakeLimits;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ControlCommand;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * What the gate is made of, shared by the processors of all partitions.
 *
 * @param partitions of commands, outcomes, controls and reroute, each
 * @param carriedMaxBytes the largest record, in bytes, that reroute and dead letters take
 * @param tokens gives unguessable confirmation tokens
 * @param observer is told what is done
 * @param readable is told which partitions are at work
 */
record GateParts(
    GateTimes times,
    Topics topics,
    int partitions,
    ActionStore.Kind actionStore,
    Scope scope,
    IntakeLimits intakeLimits,
    RunGuard guard,
    ActionLedger ledger,
    int resultMaxBytes,
    int carriedMaxBytes,
    Serializer<SpecificRecord> serializer,
    Deserializer<SpecificRecord> deserializer,
    InstantSource clock,
    Supplier<String> tokens,
    Observer observer,
    ReadablePartitions readable) {

  /**
   * Most characters of a name. What is longer is not echoed: a record must not grow on its way
   * through the gate.
   */
  static final int MAX_NAME = 255;

  /** Whether a text can name something. */
  static boolean isName(@Nullable String text) {
    return text != null && !text.isBlank() && text.length() <= MAX_NAME;
  }

  /** An intake of one's own for each processor: it keeps buffers and is not thread safe. */
  Intake newIntake() {
    return new Intake(scope, intakeLimits);
  }

  /** The scope of a command; a command without the field that names it falls back on its run. */
  String scopeOf(ActionCommand command) {
    return scopeOr(command.getRunId(), command.getAgentId(), command.getTenant());
  }

  String scopeOf(ControlCommand control) {
    return scopeOr(control.getRunId(), control.getAgentId(), control.getTenant());
  }

  private String scopeOr(String runId, @Nullable String agentId, @Nullable String tenant) {
    if (!isName(runId)) {
      return "";
    }
    String named = scope.of(runId, agentId, tenant);
    return named != null && isName(named) ? named : runId;
  }

  /** The partition of a scope. */
  int partitionOf(String scopeValue) {
    return ByKey.partitionOf(Outbox.bytes(scopeValue), partitions);
  }

  Arrival.@Nullable Source sourceOf(String topic) {
    if (topic.equals(topics.commands())) {
      return Arrival.Source.COMMANDS;
    }
    if (topic.equals(topics.outcomes())) {
      return Arrival.Source.OUTCOMES;
    }
    return topic.equals(topics.controls()) ? Arrival.Source.CONTROLS : null;
  }
}
