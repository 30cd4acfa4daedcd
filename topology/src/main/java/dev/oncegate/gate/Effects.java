package dev.oncegate.gate;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.SideEffectClass;
import java.time.Instant;

/** Words the permission to execute, the preview of it, and the conflict that withholds it. */
final class Effects {
  private Effects() {}

  static ActionEffect of(
      ActionCommand command, Intent intent, ActionEntry entry, long runSeq, long nowMs) {
    return new ActionEffect(
        intent.id().scope(),
        intent.runId(),
        command.getAgentId(),
        command.getTenant(),
        intent.tool(),
        intent.canonicalArgs(),
        intent.argsHash(),
        SideEffectClass.valueOf(intent.sideEffectClass().name()),
        intent.id().key(),
        entry.attempt(),
        Instant.ofEpochMilli(entry.deadlineMs()),
        Instant.ofEpochMilli(nowMs),
        runSeq,
        command.getCorrelationId(),
        command.getCompensation(),
        Results.coordinates(entry.command()));
  }

  /** What would be executed, as JSON text. */
  static String preview(Intent intent) {
    return "{\"args\":%s,\"side_effect_class\":\"%s\",\"tool\":%s}"
        .formatted(intent.canonicalArgs(), intent.sideEffectClass(), quoted(intent.tool()));
  }

  private static String quoted(String text) {
    return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  static ConflictEvent conflict(Intent intent, ActionEntry known, Coordinates at, long nowMs) {
    return new ConflictEvent(
        ConflictKind.PAYLOAD,
        intent.id().scope(),
        intent.runId(),
        intent.id().key(),
        null,
        known.payloadHash().toHex(),
        intent.payloadHash().toHex(),
        Results.coordinates(known.first()),
        Results.coordinates(at),
        Instant.ofEpochMilli(known.firstSeenMs()),
        Instant.ofEpochMilli(nowMs));
  }
}
