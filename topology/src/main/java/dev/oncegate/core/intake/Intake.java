package dev.oncegate.core.intake;

import static dev.oncegate.core.intake.InvalidFieldException.shown;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Admits commands: command and time in, admission out.
 *
 * <p>Keeps buffers and a digest for reuse: one instance for each thread.
 */
public final class Intake {
  private static final int MAX_CHARS = 255;
  private static final HexFormat HEX = HexFormat.of();

  private final Scope scope;
  private final IntakeLimits limits;
  private final Sha256 sha256 = new Sha256();

  /**
   * @param scope the namespace of idempotency keys
   * @param limits what a command may be
   */
  public Intake(Scope scope, IntakeLimits limits) {
    this.scope = scope;
    this.limits = limits;
  }

  /**
   * Judges one command.
   *
   * @param at where the command lies
   * @param eventTimeMs timestamp of its record, from 0 to {@code nowMs}; epoch milliseconds
   * @param nowMs the gate's clock, in epoch milliseconds
   */
  public Admission admit(Command command, Coordinates at, long eventTimeMs, long nowMs) {
    try {
      Intent intent = intentOf(command, at, nowMs);
      return expired(command, intent, eventTimeMs, nowMs);
    } catch (InvalidFieldException e) {
      return new Admission.Invalid(e.field(), Objects.requireNonNull(e.getMessage()));
    }
  }

  private Admission expired(Command command, Intent intent, long eventTimeMs, long nowMs) {
    long issuedMs =
        command.issuedAtMs() == null ? eventTimeMs : Math.min(command.issuedAtMs(), eventTimeMs);
    if (issuedMs < nowMs - limits.dedupWindowMs()) {
      return new Admission.Expired(
          intent,
          Admission.Reason.OLDER_THAN_WINDOW,
          "The command is %d ms old; actions are remembered for %d ms. Make a new intent."
              .formatted(nowMs - issuedMs, limits.dedupWindowMs()));
    }
    long sinceMs = command.issuedAtMs() == null ? eventTimeMs : command.issuedAtMs();
    Long ttlMs = command.requestTtlMs();
    if (ttlMs != null && nowMs - sinceMs > ttlMs) {
      return new Admission.Expired(
          intent,
          Admission.Reason.TTL_PASSED,
          "The command is %d ms old; its request_ttl_ms is %d. Make a new intent."
              .formatted(nowMs - sinceMs, ttlMs));
    }
    return new Admission.Admitted(intent);
  }

  private Intent intentOf(Command command, Coordinates at, long nowMs)
      throws InvalidFieldException {
    String runId = name("run_id", command.runId());
    String scopeValue = scope.of(runId, command.agentId(), command.tenant());
    if (scopeValue == null || scopeValue.isBlank()) {
      throw new InvalidFieldException(
          scope.field(),
          "is missing; it is required where gate.scope is %s."
              .formatted(scope.name().toLowerCase(Locale.ROOT)));
    }
    checkLength("agent_id", command.agentId());
    checkLength("tenant", command.tenant());
    checkLength("correlation_id", command.correlationId());
    String tool = name("tool", command.tool());
    checkKey(command.idempotencyKey());
    checkTimes(command, nowMs);
    checkCompensation(command.compensation());
    byte[] args = canonical(command.args());
    byte[] argsSha = sha256.plain(args);
    String argsHash = HEX.formatHex(argsSha);
    checkArgsHash(command.argsHash(), argsHash);
    PayloadHash payloadHash = PayloadHash.of(sha256, tool, command.sideEffectClass(), args);
    long fingerprint = ByteBuffer.wrap(sha256.text(tool).part(argsSha).digest()).getLong();
    Intent.KeyOrigin origin = originOf(command);
    ActionId id =
        switch (origin) {
          case SENT -> new ActionId(scopeValue, Objects.requireNonNull(command.idempotencyKey()));
          case DERIVED ->
              ActionId.derived(
                  scopeValue, HEX.formatHex(sha256.text(runId).text(tool).part(args).digest()));
          case PER_COMMAND -> ActionId.ofCommand(scopeValue, at);
        };
    Long deadlineMs = command.deadlineMs();
    return new Intent(
        id,
        runId,
        tool,
        command.sideEffectClass(),
        new String(args, StandardCharsets.UTF_8),
        argsHash,
        payloadHash,
        fingerprint,
        origin,
        command.commit(),
        command.confirmationToken(),
        deadlineMs == null ? limits.deadlineMsOf(tool) : deadlineMs);
  }

  private static Intent.KeyOrigin originOf(Command command) {
    if (command.idempotencyKey() != null) {
      return Intent.KeyOrigin.SENT;
    }
    return command.sideEffectClass() == SideEffectClass.READ
        ? Intent.KeyOrigin.PER_COMMAND
        : Intent.KeyOrigin.DERIVED;
  }

  private byte[] canonical(String args) throws InvalidFieldException {
    // A char takes one to three bytes: only what is near the limit has to be measured.
    if (args.length() * 3L > limits.argsMaxBytes()) {
      long bytes =
          args.length() > limits.argsMaxBytes()
              ? args.length()
              : args.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > limits.argsMaxBytes()) {
        throw new InvalidFieldException(
            "args",
            "has %d bytes or more; at most %d are allowed."
                .formatted(bytes, limits.argsMaxBytes()));
      }
    }
    try {
      return CanonicalJson.of(args, limits.argsMaxBytes());
    } catch (JsonRefusedException e) {
      throw new InvalidFieldException("args", "is no acceptable JSON object: " + e.getMessage());
    }
  }

  private void checkTimes(Command command, long nowMs) throws InvalidFieldException {
    Long issuedAtMs = command.issuedAtMs();
    if (issuedAtMs != null && (issuedAtMs < 0 || issuedAtMs > nowMs + limits.maxSkewMs())) {
      throw new InvalidFieldException(
          "issued_at",
          "is %d; allowed is 0 to %d (the gate's clock and %d ms)."
              .formatted(issuedAtMs, nowMs + limits.maxSkewMs(), limits.maxSkewMs()));
    }
    Long ttlMs = command.requestTtlMs();
    if (ttlMs != null && ttlMs < 1) {
      throw new InvalidFieldException(
          "request_ttl_ms", "is %d; allowed is 1 or more.".formatted(ttlMs));
    }
    Long deadlineMs = command.deadlineMs();
    if (deadlineMs != null && (deadlineMs < 1 || deadlineMs > limits.deadlineMaxMs())) {
      throw new InvalidFieldException(
          "deadline_ms",
          "is %d; allowed is 1 to %d.".formatted(deadlineMs, limits.deadlineMaxMs()));
    }
  }

  /** It goes on with the effect, which must not grow beyond what a topic takes. */
  private void checkCompensation(Command.@Nullable Compensation compensation)
      throws InvalidFieldException {
    if (compensation == null) {
      return;
    }
    name("compensation.saga_id", compensation.sagaId());
    name("compensation.tool", compensation.tool());
    long bytes = compensation.args().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > limits.argsMaxBytes()) {
      throw new InvalidFieldException(
          "compensation.args",
          "has %d bytes; at most %d are allowed.".formatted(bytes, limits.argsMaxBytes()));
    }
  }

  private static void checkKey(@Nullable String key) throws InvalidFieldException {
    if (key == null) {
      return;
    }
    name("idempotency_key", key);
    if (key.startsWith(ActionId.OWN)) {
      throw new InvalidFieldException(
          "idempotency_key",
          "is %s; keys that begin with '%s' are the gate's own."
              .formatted(shown(key), ActionId.OWN));
    }
  }

  private static void checkArgsHash(@Nullable String sent, String computed)
      throws InvalidFieldException {
    if (sent != null && !sent.equalsIgnoreCase(computed)) {
      throw new InvalidFieldException(
          "args_hash",
          "is %s; the SHA-256 of the canonical args is %s.".formatted(shown(sent), computed));
    }
  }

  private static String name(String field, String value) throws InvalidFieldException {
    if (value.isBlank()) {
      throw new InvalidFieldException(
          field, "is blank; 1 to %d characters are required.".formatted(MAX_CHARS));
    }
    checkLength(field, value);
    return value;
  }

  private static void checkLength(String field, @Nullable String value)
      throws InvalidFieldException {
    if (value != null && value.length() > MAX_CHARS) {
      throw new InvalidFieldException(
          field,
          "is %s with %d characters; at most %d are allowed."
              .formatted(shown(value), value.length(), MAX_CHARS));
    }
  }
}
