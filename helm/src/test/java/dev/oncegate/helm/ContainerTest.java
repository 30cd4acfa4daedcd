package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Ports;
import dev.oncegate.testbed.stack.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command lines and environments that are rendered, started before a real broker. */
class ContainerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path directory;

  @Test
  void topicsAreMadeTheGateBecomesReadyAndAnUpgradeThatDoesNotFitIsRefused() throws Exception {
    try (DataDirectory data = DataDirectory.open(directory.resolve("stack"));
        Stack stack = Stack.start(data, 0, 0)) {
      Map<String, Object> set = new HashMap<>();
      set.put("kafka.bootstrapServers", stack.bootstrapServers());
      set.put("schemaRegistry.url", stack.registryUrl());
      set.put("ops.port", Ports.free());
      set.put("topics.partitions", 4);
      set.put("topics.replicationFactor", 1);
      set.put("resources.limits.memory", "1Gi");
      Rendering rendering = Rendering.of(Module.values("minimal.yaml"), set);
      Kubelet kubelet = new Kubelet(rendering, directory.resolve("pods"), Map.of());

      JsonNode job = rendering.the("Job").at("/spec/template/spec");
      assertEnds(kubelet, job, "topics-1", 0);
      assertThat(topicNames(stack)).contains("agent.commands", "agent.results", "oncegate-reroute");
      JsonNode test = rendering.the("Pod").get("spec");
      assertEnds(kubelet, test, "test", 0);

      JsonNode pod = rendering.the("StatefulSet").at("/spec/template/spec");
      JsonNode container = pod.at("/containers/0");
      String name = rendering.the("StatefulSet").at("/metadata/name").asText() + "-0";
      try (Kubelet.Running gate = kubelet.start(pod, name, Kubelet.gate())) {
        awaitReady(gate, container);
        assertThat(Probe.succeeds(container, "startupProbe")).isTrue();
        assertThat(Probe.succeeds(container, "livenessProbe")).isTrue();
        // One for each thread, by the pod's name: a new process under it is the same member.
        assertThat(membersOf(stack))
            .extracting(member -> member.groupInstanceId().orElse("none"))
            .containsExactlyInAnyOrder(name + "-1", name + "-2");
        assertThat(gate.complaints()).isEmpty();
        assertThat(gate.terminate(pod.get("terminationGracePeriodSeconds").asInt())).isZero();
      }
      assertThat(Files.list(directory.resolve("pods").resolve(name).resolve("volumes/state")))
          .as("the state lies on the volume")
          .isNotEmpty();
      try (Kubelet.Running again = kubelet.start(pod, name, Kubelet.gate())) {
        awaitReady(again, container);
      }

      set.put("config.gate\\.dedup\\.window\\.ms", 172_800_000);
      set.put("config.gate\\.run\\.retention\\.ms", 604_800_000);
      Rendering upgrade = Rendering.of(Module.values("minimal.yaml"), set);
      Kubelet.Running refused =
          assertEnds(
              new Kubelet(upgrade, directory.resolve("upgrade"), Map.of()),
              upgrade.the("Job").at("/spec/template/spec"),
              "topics-2",
              1);
      assertThat(refused.text()).contains("gate.dedup.window.ms");
    }
  }

  private static void awaitReady(Kubelet.Running gate, JsonNode container) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              assertThat(gate.process().isAlive()).as(gate.text()).isTrue();
              return Probe.succeeds(container, "readinessProbe");
            });
  }

  private static Kubelet.Running assertEnds(
      Kubelet kubelet, JsonNode pod, String name, int exitCode) throws InterruptedException {
    try (Kubelet.Running run = kubelet.start(pod, name, Kubelet.gate())) {
      assertThat(run.exitCode()).as(run.text()).isEqualTo(exitCode);
      return run;
    }
  }

  private static Admin admin(Stack stack) {
    return Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()));
  }

  private static Iterable<String> topicNames(Stack stack) throws Exception {
    try (Admin admin = admin(stack)) {
      return admin.listTopics().names().get(30, TimeUnit.SECONDS);
    }
  }

  private static Iterable<MemberDescription> membersOf(Stack stack) throws Exception {
    try (Admin admin = admin(stack)) {
      return admin
          .describeConsumerGroups(List.of("oncegate"))
          .describedGroups()
          .get("oncegate")
          .get(30, TimeUnit.SECONDS)
          .members();
    }
  }
}
