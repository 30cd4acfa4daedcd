package dev.oncegate.testbed.load;

import dev.oncegate.gate.Topics;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.EscalationKind;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.StoredOutcome;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at escalations and at circuits that open, and does something about some: settles what is
 * overdue with what happened, releases it, or errs about the attempt; resets a circuit, or aborts
 * its run. The seed and what is escalated alone decide.
 */
final class Operator {
  private static final long OF_ITS_OWN = 0x0de7a707L;

  private final long seed;
  private final MoodyTool tools;
  private final Topics topics;
  private final Deserializer<SpecificRecord> deserializer;

  /**
   * @param tools whose books tell what happened
   */
  Operator(long seed, MoodyTool tools, Topics topics, Deserializer<SpecificRecord> deserializer) {
    this.seed = seed ^ OF_ITS_OWN;
    this.tools = tools;
    this.topics = topics;
    this.deserializer = deserializer;
  }

  /** What it orders when it sees a record; null: nothing. */
  @Nullable ControlCommand orderOn(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    SpecificRecord value = deserializer.deserialize(record.topic(), record.value());
    if (record.topic().equals(topics.escalations()) && value instanceof Escalation escalation) {
      return escalation.getKind() == EscalationKind.OVERDUE ? onOverdue(escalation) : null;
    }
    if (value instanceof CircuitEvent event && event.getState() == CircuitState.OPEN) {
      return onTrip(event);
    }
    return null;
  }

  private @Nullable ControlCommand onOverdue(Escalation overdue) {
    String scope = overdue.getScope();
    String key = overdue.getIdempotencyKey();
    int attempt = overdue.getAttempt();
    RandomGenerator random = Chance.of(seed, scope, key, attempt);
    int lot = random.nextInt(10);
    ControlCommand.Builder order =
        order(scope, overdue.getRunId()).setIdempotencyKey(key).setAttempt(attempt);
    if (lot < 3) {
      return null;
    } else if (lot < 7) {
      boolean happened = tools.executes(scope, key, attempt);
      return order
          .setType(ControlType.SETTLE)
          .setOutcome(
              StoredOutcome.newBuilder()
                  .setStatus(happened ? OutcomeStatus.SUCCEEDED : OutcomeStatus.FAILED)
                  .setAttempt(attempt)
                  .setResult(happened ? "found done" : null)
                  .setErrorCode(happened ? null : "FOUND_UNDONE")
                  .build())
          .build();
    } else if (lot < 9) {
      return order.setType(ControlType.RELEASE).build();
    }
    return order
        .setType(ControlType.RELEASE)
        .setAttempt(attempt + (random.nextBoolean() ? 1 : -1))
        .build();
  }

  private @Nullable ControlCommand onTrip(CircuitEvent trip) {
    int lot =
        Chance.of(seed, trip.getRunId(), trip.getCause().name(), (int) trip.getAfterRunSeq())
            .nextInt(20);
    if (lot >= 6) {
      return null;
    }
    return order(trip.getScope(), trip.getRunId())
        .setType(lot == 0 ? ControlType.ABORT : ControlType.RESET)
        .build();
  }

  private static ControlCommand.Builder order(String scope, String runId) {
    return ControlCommand.newBuilder()
        .setControlId("operator")
        .setRunId(runId)
        .setAgentId(scope)
        .setTenant(scope)
        .setReason("looked at it")
        .setIssuedBy("operator");
  }
}
