package dev.oncegate.testbed.stack;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.ops.telemetry.Telemetry;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;

/** The gate on top of an embedded stack, in this process. */
public final class LocalGate {
  private LocalGate() {}

  /**
   * A configuration that reaches the stack and keeps its state beside the stack's data; settings go
   * before.
   */
  public static GateConfig config(
      Stack stack, DataDirectory directory, Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>();
    all.put("bootstrap.servers", stack.bootstrapServers());
    all.put("schema.registry.url", stack.registryUrl());
    all.put("state.dir", directory.path().resolve("state").toString());
    all.putAll(settings);
    return GateConfig.of(all);
  }

  /**
   * Makes the topics that are missing, starts the gate and waits until it runs.
   *
   * @throws InterruptedException while waiting
   */
  public static Gate start(GateConfig config, int partitions) throws InterruptedException {
    Gate gate = begin(config, partitions);
    gate.running().join();
    return gate;
  }

  /**
   * The same, and watches it.
   *
   * @param telemetry left open
   * @see #start(GateConfig, int)
   */
  public static Gate start(GateConfig config, int partitions, Telemetry telemetry)
      throws InterruptedException {
    createTopics(config, partitions);
    Gate gate = telemetry.start(config);
    gate.running().join();
    return gate;
  }

  /**
   * Makes the topics that are missing and starts the gate, which may not run yet.
   *
   * @throws InterruptedException while waiting for the registry
   */
  public static Gate begin(GateConfig config, int partitions) throws InterruptedException {
    createTopics(config, partitions);
    return Gate.start(config);
  }

  private static void createTopics(GateConfig config, int partitions) {
    try (Admin admin = Gate.admin(config)) {
      new TopicSetup(admin, config).create(partitions, Optional.of((short) 1));
    }
  }
}
