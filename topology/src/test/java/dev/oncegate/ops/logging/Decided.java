package dev.oncegate.ops.logging;

import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.intake.PayloadHash;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** A decision to be logged. */
final class Decided {
  static final Headers NO_HEADERS = new RecordHeaders();

  private Decided() {}

  static Intent intent(String tool) {
    return new Intent(
        new ActionId("run", "k"),
        "run",
        tool,
        SideEffectClass.WRITE,
        "{}",
        "ab".repeat(32),
        new PayloadHash(1, new byte[32]),
        1,
        Intent.KeyOrigin.SENT,
        false,
        null,
        1_000);
  }

  static ActionResult accepted(String secret) {
    ActionResult result = new ActionResult();
    result.setDecision(Decision.ACCEPTED);
    result.setReason("FIRST_SEEN");
    result.setRunSeq(1L);
    result.setTool("pay");
    result.setEffectAttempt(1);
    result.setIdempotencyKey("key-of-" + secret);
    return result;
  }
}
