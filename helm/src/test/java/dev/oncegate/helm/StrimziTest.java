package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.oncegate.testbed.stack.ChildJvm;
import dev.oncegate.testbed.stack.Ports;
import dev.oncegate.testbed.stack.Registry;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Strimzi's resources do what they are for: a broker with TLS, SCRAM and ACLs, on which they are
 * carried out as the operator would, lets the gate become ready with the secret that it would make.
 */
class StrimziTest {
  private static final String STORE_PASSWORD = "changeit";
  private static final String PASSWORD = "a-password";

  @TempDir private Path directory;

  @Test
  void theGateIsReadyWithTheTopicsAndRightsThatStrimziMakes() throws Exception {
    int adminPort = Ports.free();
    int clientPort = Ports.free();
    makeCertificate();
    try (ChildJvm broker = startBroker(adminPort, clientPort);
        Registry registry = Registry.start(directory.resolve("registry"), 0)) {
      registry.awaitReady(new CompletableFuture<>());
      Rendering rendering =
          Rendering.of(
              Module.values("strimzi.yaml"),
              Map.of(
                  "kafka.bootstrapServers",
                  "127.0.0.1:" + clientPort,
                  "schemaRegistry.url",
                  registry.url(),
                  "ops.port",
                  Ports.free(),
                  "topics.partitions",
                  2,
                  "topics.replicationFactor",
                  1,
                  "resources.limits.memory",
                  "1Gi"));
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + adminPort))) {
        awaitBroker(broker, admin);
        carryOut(rendering, admin);
      }
      JsonNode pod = rendering.the("StatefulSet").at("/spec/template/spec");
      Kubelet kubelet = new Kubelet(rendering, directory.resolve("pods"), secrets(rendering));
      try (Kubelet.Running gate = kubelet.start(pod, "gate-oncegate-0", Kubelet.gate())) {
        await()
            .atMost(Duration.ofSeconds(90))
            .until(
                () -> {
                  assertThat(gate.process().isAlive()).as(gate.text()).isTrue();
                  return Probe.succeeds(pod.at("/containers/0"), "readinessProbe");
                });
        assertThat(gate.complaints()).isEmpty();
      }
    }
  }

  /** What the operators do. */
  private static void carryOut(Rendering rendering, Admin admin) throws Exception {
    List<NewTopic> topics = new ArrayList<>();
    for (JsonNode topic : rendering.all("KafkaTopic")) {
      JsonNode spec = topic.get("spec");
      Map<String, String> config = new TreeMap<>();
      spec.get("config").properties().forEach(e -> config.put(e.getKey(), e.getValue().asText()));
      topics.add(
          new NewTopic(
                  spec.get("topicName").asText(),
                  spec.get("partitions").asInt(),
                  (short) spec.get("replicas").asInt())
              .configs(config));
    }
    admin.createTopics(topics).all().get(30, TimeUnit.SECONDS);
    JsonNode user = rendering.the("KafkaUser");
    String name = user.at("/metadata/name").asText();
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialUpsertion(
                    name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), PASSWORD)))
        .all()
        .get(30, TimeUnit.SECONDS);
    admin.createAcls(rights(user, "User:" + name)).all().get(30, TimeUnit.SECONDS);
  }

  private static List<AclBinding> rights(JsonNode user, String principal) {
    Map<String, ResourceType> types =
        Map.of(
            "topic", ResourceType.TOPIC,
            "group", ResourceType.GROUP,
            "transactionalId", ResourceType.TRANSACTIONAL_ID,
            "cluster", ResourceType.CLUSTER);
    Map<String, PatternType> patterns =
        Map.of("literal", PatternType.LITERAL, "prefix", PatternType.PREFIXED);
    List<AclBinding> rights = new ArrayList<>();
    for (JsonNode acl : user.at("/spec/authorization/acls")) {
      JsonNode resource = acl.get("resource");
      for (JsonNode operation : acl.get("operations")) {
        rights.add(
            new AclBinding(
                new ResourcePattern(
                    types.get(resource.get("type").asText()),
                    resource.get("name").asText(),
                    patterns.get(resource.get("patternType").asText())),
                new AccessControlEntry(
                    principal, "*", operationOf(operation.asText()), AclPermissionType.ALLOW)));
      }
    }
    return rights;
  }

  /** Strimzi writes DescribeConfigs, Kafka DESCRIBE_CONFIGS. */
  private static AclOperation operationOf(String name) {
    return AclOperation.valueOf(
        name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT));
  }

  private Map<String, Map<String, String>> secrets(Rendering rendering) throws IOException {
    String user = rendering.the("KafkaUser").at("/metadata/name").asText();
    String jaas =
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, PASSWORD);
    return Map.of(
        "events-cluster-ca-cert",
        Map.of("ca.crt", Files.readString(directory.resolve("ca.crt"))),
        user,
        Map.of("password", PASSWORD, "sasl.jaas.config", jaas));
  }

  private void makeCertificate() throws IOException, InterruptedException {
    String store = directory.resolve("broker.p12").toString();
    keytool(
        "-genkeypair",
        "-alias",
        "broker",
        "-keyalg",
        "EC",
        "-dname",
        "CN=broker",
        "-ext",
        "san=ip:127.0.0.1",
        "-validity",
        "30",
        "-storetype",
        "PKCS12",
        "-keystore",
        store);
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "broker",
        "-keystore",
        store,
        "-file",
        directory.resolve("ca.crt").toString());
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(List.of(arguments));
    line.addAll(List.of("-storepass", STORE_PASSWORD));
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(directory.resolve("keytool.log"))).isZero();
  }

  private ChildJvm startBroker(int adminPort, int clientPort) throws IOException {
    int controllerPort = Ports.free();
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.put("log.dirs", directory.resolve("broker-data").toString());
    settings.put(
        "listeners",
        "ADMIN://127.0.0.1:%d,CLIENT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
            .formatted(adminPort, clientPort, controllerPort));
    settings.put(
        "listener.security.protocol.map", "ADMIN:PLAINTEXT,CLIENT:SASL_SSL,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "ADMIN");
    settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    settings.put(
        "listener.name.client.scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    settings.put("ssl.keystore.location", directory.resolve("broker.p12").toString());
    settings.put("ssl.keystore.password", STORE_PASSWORD);
    settings.put("ssl.keystore.type", "PKCS12");
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    settings.put("super.users", "User:ANONYMOUS");
    settings.put("auto.create.topics.enable", "false");
    settings.put("group.initial.rebalance.delay.ms", "200");
    settings.put("log.cleaner.dedupe.buffer.size", "33554432");
    for (String internal :
        List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
      settings.put(internal + ".replication.factor", "1");
      settings.put(internal + ".num.partitions", "2");
    }
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    Properties properties = new Properties();
    properties.putAll(settings);
    Path file = directory.resolve("server.properties");
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
    return ChildJvm.start(
        new ChildJvm.Program(
            "the broker",
            List.of("-Xmx512m", "-XX:+UseSerialGC"),
            ChildJvm.ownClassPath(),
            "dev.oncegate.testbed.stack.BrokerProgram",
            List.of(file.toString(), Uuid.randomUuid().toString()),
            directory.resolve("broker.log")));
  }

  private static void awaitBroker(ChildJvm broker, Admin admin) {
    broker.awaitReady(
        Duration.ofSeconds(60),
        () -> {
          try {
            return admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() == 1;
          } catch (ExecutionException | TimeoutException e) {
            return false;
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
          }
        },
        new CompletableFuture<>());
  }
}
