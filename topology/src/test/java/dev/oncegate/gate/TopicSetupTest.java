package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.config.GateConfig;
import dev.oncegate.core.intake.Scope;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is found wrong with the topics before anything is read: whatever would stop the gate later,
 * again and again.
 */
class TopicSetupTest {
  private static final Topics TOPICS = GateDriver.TOPICS;

  /** Settings of the topics that there are. */
  private final Map<String, Map<String, String>> topics = new LinkedHashMap<>();

  /** Partitions of the topics that have another number than the rest. */
  private final Map<String, Integer> partitions = new HashMap<>();

  private final Earth ground = new Earth();

  private final List<String> mayNotBeDescribed = new ArrayList<>();
  private final List<String> settingsMayNotBeSeen = new ArrayList<>();

  TopicSetupTest() {
    for (String topic : TOPICS.sources()) {
      topics.put(topic, settings());
    }
    for (String topic : TOPICS.sinks()) {
      topics.put(topic, settings());
    }
    topics.put(TOPICS.foundation(), settings());
    topics.get(TOPICS.foundation()).put("cleanup.policy", "compact");
    topics.get(TOPICS.circuits()).put("cleanup.policy", "compact");
    topics.get(TOPICS.reroute()).put("max.message.bytes", "1200000");
    topics.get(TOPICS.deadLetters()).put("max.message.bytes", "1300000");
  }

  private static Map<String, String> settings() {
    return new HashMap<>(
        Map.of(
            "cleanup.policy", "delete",
            "max.message.bytes", "1048588",
            "message.timestamp.type", "CreateTime",
            "message.timestamp.before.max.ms", String.valueOf(Long.MAX_VALUE)));
  }

  @Test
  void topicsAsTheyShouldBeAreNoProblemAndTellWhatTheyTake() {
    assertThat(setup(Map.of()).problems()).isEmpty();
    assertThat(setup(Map.of()).prepare()).isEqualTo(new TopicSetup.Found(3, 1_300_000, 1_200_000));
  }

  @Test
  void theTopicOfTheExecutorsIsNotAskedFor() {
    assertThat(topics).doesNotContainKey("agent.executions");
    mayNotBeDescribed.add("agent.executions");
    assertThat(setup(Map.of()).prepare().partitions()).isEqualTo(3);
  }

  @Test
  void theFirstStartLaysTheFoundationAndAskingWhatIsWrongDoesNot() {
    setup(Map.of("gate.scope", "tenant")).problems();
    assertThat(ground.laid).isNull();

    setup(Map.of("gate.scope", "tenant", "gate.dedup.window.ms", "7200000")).prepare();
    assertThat(ground.laid).isEqualTo(new Foundation(3, Scope.TENANT, 7_200_000));
  }

  @Test
  void aFoundationThatStandsIsLeftAsItIs() {
    ground.laid = new Foundation(3, Scope.RUN, 86_400_000);

    assertThat(setup(Map.of()).prepare().partitions()).isEqualTo(3);
    assertThat(ground.laid).isEqualTo(new Foundation(3, Scope.RUN, 86_400_000));
  }

  @Test
  void whatTheStateWasNotLaidDownWithIsRefusedBeforeTheStartAndTheFoundationStays() {
    Foundation old = new Foundation(4, Scope.AGENT, 86_400_000);
    ground.laid = old;

    assertThatThrownBy(() -> setup(Map.of("gate.dedup.window.ms", "3600000")).prepare())
        .isInstanceOf(TopicsNotReadyException.class)
        .hasMessage(
            String.join(
                System.lineSeparator(),
                setup(Map.of("gate.dedup.window.ms", "3600000")).problems()));
    assertThat(setup(Map.of("gate.dedup.window.ms", "3600000")).problems())
        .satisfiesExactly(
            partitions -> assertThat(partitions).startsWith("Topic agent.commands has 3"),
            scope -> assertThat(scope).startsWith("gate.scope is run"),
            window -> assertThat(window).startsWith("gate.dedup.window.ms is 3600000"),
            remedy -> assertThat(remedy).startsWith("Or begin anew"));
    assertThat(ground.laid).isEqualTo(old);
  }

  @Test
  void whoLosesTheRaceToLayTheFoundationIsRefusedLikeWhoeverComesLater() {
    ground.quicker = new Foundation(3, Scope.AGENT, 86_400_000);

    assertThatThrownBy(() -> setup(Map.of()).prepare())
        .isInstanceOf(TopicsNotReadyException.class)
        .hasMessageContaining("Set gate.scope=agent.");
  }

  @Test
  void stateOfAVersionThatLaidNoFoundationIsJudgedByItsChangelog() {
    topics.put("oncegate-actions-changelog", settings());
    setup(Map.of()).prepare();
    ground.laid = null;
    partitions.put("oncegate-actions-changelog", 2);

    assertThatThrownBy(() -> setup(Map.of()).prepare())
        .hasMessageContaining(
            "Topic agent.commands has 3 partitions, but the state of this gate was laid down with 2");
    topics.remove(TOPICS.foundation());
    assertThat(setup(Map.of()).problems())
        .anyMatch(problem -> problem.contains("was laid down with 2"))
        .anyMatch(problem -> problem.startsWith("Topic oncegate-foundation does not exist"));
    assertThat(ground.laid).isNull();
  }

  @Test
  void aFoundationMustNotBeDeletedWithItsAge() {
    for (String policy : List.of("delete", "compact,delete")) {
      topics.get(TOPICS.foundation()).put("cleanup.policy", policy);

      assertThat(setup(Map.of()).problems())
          .containsExactly(
              "Topic oncegate-foundation has cleanup.policy=%s; it must be compact, or what it says is lost with its age."
                  .formatted(policy));
    }
  }

  @Test
  void effectsMustTakeArgumentsTwiceBecauseACompensationHasSomeToo() {
    assertThat(setup(Map.of("gate.args.max.bytes", "491000")).problems()).isEmpty();
    assertThat(setup(Map.of("gate.args.max.bytes", "492000")).problems())
        .hasSize(2)
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .startsWith(
                        "Topic agent.effects has max.message.bytes=1048588; it needs at least 1049536"));
  }

  @Test
  void anOldChangelogMustTakeTheLargestResultsToo() {
    Map<String, String> largest =
        Map.of("gate.result.max.bytes", "1048576", "gate.args.max.bytes", "1024");
    topics.get(TOPICS.effects()).put("max.message.bytes", "2000000");
    topics.get(TOPICS.results()).put("max.message.bytes", "2000000");
    assertThat(setup(largest).problems()).isEmpty();
    topics.put("oncegate-actions-changelog", settings());

    assertThat(setup(largest).problems())
        .singleElement()
        .asString()
        .startsWith(
            "Topic oncegate-actions-changelog has max.message.bytes=1048588; it needs at least 1114112");
  }

  @Test
  void aTopicThatRefusesOldTimestampsWouldRefuseTheAnswerToAnOldCommand() {
    topics.get(TOPICS.results()).put("message.timestamp.before.max.ms", "86400000");
    topics.get(TOPICS.commands()).put("message.timestamp.before.max.ms", "86400000");

    assertThat(setup(Map.of()).problems())
        .singleElement()
        .asString()
        .startsWith("Topic agent.results has message.timestamp.before.max.ms=86400000;");

    topics.get(TOPICS.results()).put("message.timestamp.type", "LogAppendTime");
    assertThat(setup(Map.of()).problems()).isEmpty();
  }

  @Test
  void whatMayNotBeSeenIsNamedWithTheRightThatIsMissing() {
    mayNotBeDescribed.add(TOPICS.outcomes());
    assertThatThrownBy(() -> setup(Map.of()).problems())
        .isInstanceOf(KafkaException.class)
        .hasMessage(
            "The gate's user may not Describe topic agent.outcomes: allow it (kafka-acls.sh --add --allow-principal User:NAME --operation Describe --topic agent.outcomes).");

    mayNotBeDescribed.clear();
    settingsMayNotBeSeen.add(TOPICS.effects());
    assertThatThrownBy(() -> setup(Map.of()).problems())
        .hasMessageContaining("--operation DescribeConfigs --topic agent.effects");
  }

  private TopicSetup setup(Map<String, String> settings) {
    Admin admin =
        (Admin)
            Proxy.newProxyInstance(
                Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (proxy, method, args) -> {
                  Collection<?> asked = (Collection<?>) args[0];
                  return switch (method.getName()) {
                    case "describeTopics" -> new Described(asked);
                    case "describeConfigs" -> new Configured(asked);
                    default -> throw new UnsupportedOperationException(method.getName());
                  };
                });
    return new TopicSetup(admin, GateConfig.of(settings), ground);
  }

  /** Where a foundation lies without a broker. */
  private static final class Earth implements Foundation.Ground {
    private @Nullable Foundation laid;

    /** Laid by another gate between its look and ours. */
    private @Nullable Foundation quicker;

    @Override
    public Optional<Foundation> read() {
      return Optional.ofNullable(laid);
    }

    @Override
    public Foundation lay(Foundation wanted) {
      if (laid == null) {
        laid = quicker == null ? wanted : quicker;
      }
      return laid;
    }
  }

  private final class Described extends DescribeTopicsResult {
    Described(Collection<?> names) {
      super(
          null,
          names.stream()
              .map(String::valueOf)
              .collect(Collectors.toMap(name -> name, name -> description(name))));
    }
  }

  private final class Configured extends DescribeConfigsResult {
    Configured(Collection<?> resources) {
      super(
          resources.stream()
              .map(ConfigResource.class::cast)
              .collect(
                  Collectors.toMap(resource -> resource, resource -> config(resource.name()))));
    }
  }

  private KafkaFuture<TopicDescription> description(String name) {
    if (mayNotBeDescribed.contains(name)) {
      return failed(new TopicAuthorizationException("Topic authorization failed."));
    }
    if (!topics.containsKey(name)) {
      return failed(new UnknownTopicOrPartitionException("not there"));
    }
    Node node = new Node(1, "localhost", 9092);
    List<TopicPartitionInfo> described =
        IntStream.range(0, partitions.getOrDefault(name, 3))
            .mapToObj(i -> new TopicPartitionInfo(i, node, List.of(node), List.of(node)))
            .toList();
    return KafkaFuture.completedFuture(new TopicDescription(name, false, described));
  }

  private KafkaFuture<Config> config(String name) {
    return settingsMayNotBeSeen.contains(name)
        ? failed(new TopicAuthorizationException("Topic authorization failed."))
        : KafkaFuture.completedFuture(
            new Config(
                topics.get(name).entrySet().stream()
                    .map(e -> new ConfigEntry(e.getKey(), e.getValue()))
                    .toList()));
  }

  private static <T> KafkaFuture<T> failed(Exception error) {
    KafkaFutureImpl<T> future = new KafkaFutureImpl<>();
    future.completeExceptionally(error);
    return future;
  }
}
