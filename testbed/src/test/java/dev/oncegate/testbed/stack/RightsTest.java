package dev.oncegate.testbed.stack;

import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.PatternType.LITERAL;
import static org.apache.kafka.common.resource.PatternType.PREFIXED;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.TrustedSchemas;
import dev.oncegate.serde.AvroSerdes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that docs/operations/install.md lists are enough, and a missing one is named. */
class RightsTest {
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%1$s\" password=\"%1$s-secret\"";

  @TempDir private Path directory;

  private Broker broker;
  private Registry registry;
  private Admin admin;

  @BeforeEach
  void startGuardedBroker() {
    int port = Ports.free();
    broker =
        Broker.start(
            new Broker.Start(
                "the broker",
                directory.resolve("broker"),
                directory.resolve("broker.log"),
                guarded(directory.resolve("data"), port),
                Uuid.randomUuid().toString(),
                List.of("-Xmx512m"),
                port));
    broker.awaitListening(new CompletableFuture<>());
    registry = Registry.start(directory.resolve("registry"), 0);
    registry.awaitReady(new CompletableFuture<>());
    admin = Admin.create(new HashMap<String, Object>(client("admin")));
  }

  @AfterEach
  void stop() {
    admin.close();
    registry.close();
    broker.close();
  }

  @Test
  void theRightsInTheManualAreEnough() throws Exception {
    GateConfig gateConfig = config("gate");
    makeTopics();
    grant(rightsOfTheGate());
    try (Gate gate = Gate.start(gateConfig)) {
      gate.running().get(60, TimeUnit.SECONDS);
      send(command());
      assertThat(committed("agent.effects")).isEqualTo(1);
      assertThat(committed("agent.results")).isEqualTo(1);
    }
  }

  @Test
  void aMissingRightIsNamedBeforeAnythingIsConsumed() throws Exception {
    makeTopics();
    grant(
        rightsOfTheGate().stream()
            .filter(
                right ->
                    !right.pattern().name().equals("agent.effects")
                        || right.entry().operation() != DESCRIBE_CONFIGS)
            .toList());
    assertThatThrownBy(() -> Gate.start(config("gate")))
        .hasMessageContaining("DescribeConfigs")
        .hasMessageContaining("agent.effects");
  }

  /** As docs/operations/install.md and the chart's KafkaUser have them. */
  private static List<AclBinding> rightsOfTheGate() {
    Stream<List<AclBinding>> sources =
        Stream.of("agent.commands", "agent.outcomes", "agent.controls")
            .map(topic -> right(TOPIC, LITERAL, topic, READ, DESCRIBE, DESCRIBE_CONFIGS));
    Stream<List<AclBinding>> sinks =
        Stream.of(
                "agent.effects",
                "agent.results",
                "agent.conflicts",
                "agent.run-counts",
                "agent.circuits",
                "agent.dead-letters",
                "agent.escalations")
            .map(topic -> right(TOPIC, LITERAL, topic, WRITE, DESCRIBE, DESCRIBE_CONFIGS));
    Stream<List<AclBinding>> own =
        Stream.of(
            right(TOPIC, PREFIXED, "oncegate-", READ, WRITE, DESCRIBE, DESCRIBE_CONFIGS, CREATE),
            right(GROUP, LITERAL, "oncegate", READ, DESCRIBE),
            right(TRANSACTIONAL_ID, PREFIXED, "oncegate-", WRITE, DESCRIBE));
    return Stream.of(sources, sinks, own).flatMap(rights -> rights).flatMap(List::stream).toList();
  }

  private static List<AclBinding> right(
      ResourceType type, PatternType pattern, String name, AclOperation... operations) {
    return Stream.of(operations)
        .map(
            operation ->
                new AclBinding(
                    new ResourcePattern(type, name, pattern),
                    new AccessControlEntry("User:gate", "*", operation, AclPermissionType.ALLOW)))
        .toList();
  }

  private void makeTopics() throws Exception {
    new TopicSetup(admin, config("admin")).create(1, Optional.of((short) 1));
  }

  private void grant(List<AclBinding> rights) throws Exception {
    admin.createAcls(new ArrayList<>(rights)).all().get(30, TimeUnit.SECONDS);
  }

  private GateConfig config(String user) {
    Map<String, String> settings = client(user);
    settings.put("schema.registry.url", registry.url());
    settings.put("state.dir", directory.resolve("state").toString());
    return GateConfig.of(settings);
  }

  private Map<String, String> client(String user) {
    Map<String, String> settings = new HashMap<>();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("security.protocol", "SASL_PLAINTEXT");
    settings.put("sasl.mechanism", "PLAIN");
    settings.put("sasl.jaas.config", LOGIN.formatted(user) + ";");
    return settings;
  }

  private static Properties guarded(Path data, int port) {
    int controllerPort = Ports.free();
    Properties properties = ServerProperties.ofOneBroker(data, port, controllerPort);
    properties.putAll(
        Map.of(
            "listeners",
            "SASL_PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                .formatted(port, controllerPort),
            "advertised.listeners",
            "SASL_PLAINTEXT://127.0.0.1:" + port,
            "listener.security.protocol.map",
            "CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
            "inter.broker.listener.name",
            "SASL_PLAINTEXT",
            "sasl.enabled.mechanisms",
            "PLAIN",
            "sasl.mechanism.inter.broker.protocol",
            "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config",
            LOGIN.formatted("admin") + " user_admin=\"admin-secret\" user_gate=\"gate-secret\";",
            "authorizer.class.name",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            // The controller's listener is for the broker itself, which has no name there.
            "super.users",
            "User:admin;User:ANONYMOUS"));
    return properties;
  }

  private static ActionCommand command() {
    TrustedSchemas.trust();
    return ActionCommand.newBuilder()
        .setRunId("rights")
        .setTool("transfer")
        .setArgs("{}")
        .setIdempotencyKey("k")
        .build();
  }

  private void send(ActionCommand command) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            new HashMap<String, Object>(client("admin")),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      byte[] value =
          AvroSerdes.of("oncegate", Map.of("schema.registry.url", registry.url()))
              .serializer()
              .serialize("agent.commands", command);
      producer.send(new ProducerRecord<>("agent.commands", value)).get(30, TimeUnit.SECONDS);
    }
  }

  private long committed(String topic) {
    Map<String, Object> settings = new HashMap<>(client("admin"));
    settings.put("group.id", "reader");
    settings.put("isolation.level", "read_committed");
    settings.put("auto.offset.reset", "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      return Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> consumer.poll(Duration.ofMillis(200)).count(), count -> count > 0);
    }
  }
}
