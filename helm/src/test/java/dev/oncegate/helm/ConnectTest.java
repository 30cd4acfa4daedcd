package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.testbed.stack.ConnectWorker;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Ports;
import dev.oncegate.testbed.stack.Stack;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker and the job that hands it its connectors, as they are rendered, for real. */
class ConnectTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path directory;

  @Test
  void theWorkerRunsTheConnectorsThatTheJobHandsToIt() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "there is no curl");
    int port = Ports.free();
    try (DataDirectory data = DataDirectory.open(directory.resolve("stack"));
        Stack stack = Stack.start(data, 0, 0)) {
      makeTopics(stack, data);
      Rendering rendering = Rendering.of(values(stack, port), Map.of());
      Kubelet kubelet = new Kubelet(rendering, directory.resolve("pods"), Map.of());
      JsonNode worker = rendering.the("Deployment").at("/spec/template/spec");
      JsonNode job = rendering.the("Job", "gate-oncegate-connectors").at("/spec/template/spec");
      reachWorkerOnLoopback(job, port);

      try (Kubelet.Running running = kubelet.start(worker, "connect-0", List.of());
          Kubelet.Running handing = kubelet.start(job, "connectors-1", List.of())) {
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  assertThat(running.process().isAlive()).as(running.text()).isTrue();
                  return Probe.succeeds(worker.at("/containers/0"), "readinessProbe");
                });
        assertThat(handing.exitCode()).as(handing.text()).isZero();
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(status(port))
                        .contains("\"name\":\"executor\"")
                        .contains("\"tasks\":[{\"id\":0,\"state\":\"RUNNING\""));
      }
    }
  }

  private static void makeTopics(Stack stack, DataDirectory data) {
    var config = LocalGate.config(stack, data, Map.of());
    try (Admin admin = Gate.admin(config)) {
      new TopicSetup(admin, config).create(2, Optional.of((short) 1));
    }
  }

  private Path values(Stack stack, int port) throws Exception {
    Path workerJars = Module.ROOT.resolveSibling("testbed/connect/target/worker");
    return Files.writeString(
        directory.resolve("values.yaml"),
        """
        kafka:
          bootstrapServers: %1$s
        schemaRegistry:
          url: %2$s
        connect:
          enabled: true
          image:
            repository: connect
          command: ["%3$s", -Xmx512m, -cp, "%4$s/*", org.apache.kafka.connect.cli.ConnectDistributed]
          pluginPath: %5$s
          port: %6$d
          replicationFactor: 1
          extraEnv:
            - name: MAIL_KEY
              value: a-key
          connectors:
            executor:
              connector.class: dev.oncegate.connect.ToolExecutorConnector
              tasks.max: 1
              topics: agent.effects
              key.converter: org.apache.kafka.connect.converters.ByteArrayConverter
              value.converter: org.apache.kafka.connect.converters.ByteArrayConverter
              header.converter: org.apache.kafka.connect.converters.ByteArrayConverter
              kafka.bootstrap.servers: %1$s
              schema.registry.url: %2$s
              tools: mail
              tool.mail.url: http://127.0.0.1:9/messages
              tool.mail.secret.header.X-Api-Key: ${env:MAIL_KEY}
        """
            .formatted(
                stack.bootstrapServers(),
                stack.registryUrl(),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                workerJars,
                ConnectWorker.ownPlugins(),
                port));
  }

  /** The service's name is the cluster's. */
  private static void reachWorkerOnLoopback(JsonNode job, int port) {
    ObjectNode url = (ObjectNode) job.at("/containers/0/env/0");
    assertThat(url.get("value").asText()).isEqualTo("http://gate-oncegate-connect:" + port);
    url.put("value", "http://127.0.0.1:" + port);
  }

  private static String status(int port) throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d/connectors/executor/status".formatted(port));
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }
}
