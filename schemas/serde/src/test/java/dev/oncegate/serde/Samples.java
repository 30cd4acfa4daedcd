package dev.oncegate.serde;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.Compensation;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.TrustedSchemas;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Records and settings of the serde's tests. */
final class Samples {
  static final String TOPIC = "agent.commands";

  static {
    TrustedSchemas.trust();
  }

  private Samples() {}

  /** A command with every field set. */
  static ActionCommand command() {
    return ActionCommand.newBuilder()
        .setRunId("run-1")
        .setAgentId("agent-1")
        .setTenant("tenant-ü")
        .setTool("transfer")
        .setArgs("{\"amount\":1250,\"to\":\"Zoë 🛫\"}")
        .setIdempotencyKey("key-1")
        .setArgsHash("0".repeat(64))
        .setSideEffectClass(SideEffectClass.DESTRUCTIVE)
        .setCommit(true)
        .setConfirmationToken("token")
        .setIssuedAt(Instant.ofEpochMilli(1_790_000_000_123L))
        .setRequestTtlMs(60_000L)
        .setDeadlineMs(30_000L)
        .setAttemptNumber(3)
        .setCorrelationId("correlation")
        .setCompensation(
            Compensation.newBuilder()
                .setSagaId("saga")
                .setStep(2)
                .setTool("refund")
                .setArgs("{}")
                .build())
        .build();
  }

  /** Settings that lose no time between tries. */
  static Map<String, Object> settings(String url) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("schema.registry.url", url);
    settings.put("retries.wait.ms", 1);
    settings.put("retries.max.wait.ms", 4);
    return settings;
  }

  static Map<String, Object> settings(String url, String... keysAndValues) {
    Map<String, Object> settings = settings(url);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return settings;
  }

  static SchemaRegistryClient client(String url, String... keysAndValues) {
    return new SchemaRegistryClient(new RegistryConfig(settings(url, keysAndValues)));
  }
}
