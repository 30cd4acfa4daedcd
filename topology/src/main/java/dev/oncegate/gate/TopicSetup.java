package dev.oncegate.gate;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.store.ActionStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.record.TimestampType;

/**
 * Makes the topics, and checks that they are as the gate needs them: there, equally partitioned
 * where they must be, not compacted where every record counts, wide enough for what the gate may
 * have to write, and those that its state was laid down for. A record that is too large for its
 * topic would fail the task again at every restart, so sizes are checked before anything is read.
 */
public final class TopicSetup {
  /** What headers, keys and the record's own fields may take beside the payload. */
  private static final int OVERHEAD_BYTES = 65_536;

  private static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

  private final Admin admin;
  private final GateConfig config;
  private final Topics topics;
  private final Foundation.Ground ground;

  public TopicSetup(Admin admin, GateConfig config) {
    this(admin, config, new FoundationTopic(config));
  }

  TopicSetup(Admin admin, GateConfig config, Foundation.Ground ground) {
    this.admin = admin;
    this.config = config;
    this.topics = Topics.of(config);
    this.ground = ground;
  }

  /**
   * What was found.
   *
   * @param partitions of the sources
   * @param largestRecordBytes the largest record that the gate may have to write
   * @param carriedMaxBytes the largest record that both reroute and dead letters take
   */
  record Found(int partitions, int largestRecordBytes, int carriedMaxBytes) {}

  /**
   * Makes the topics that are not there: the gate's, and that of the executors' traces beside them.
   *
   * @param partitions of each topic but the foundation's, which has one
   * @param replicationFactor of each topic; empty: the broker's default
   * @return the names of those made
   */
  public List<String> create(int partitions, Optional<Short> replicationFactor) {
    List<String> created = new ArrayList<>();
    List<String> wanted = new ArrayList<>(all());
    wanted.add(topics.executions());
    for (String topic : wanted) {
      int own = topic.equals(topics.foundation()) ? 1 : partitions;
      if (createOne(topic, own, replicationFactor)) {
        created.add(topic);
      }
    }
    awaitVisible(created);
    return created;
  }

  /** A broker may learn of a new topic a moment after the controller has made it. */
  private void awaitVisible(List<String> created) {
    long giveUpNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!descriptions(created).keySet().containsAll(created)) {
      if (System.nanoTime() > giveUpNanos) {
        throw new KafkaException(
            "The brokers do not show the new topics %s after 30 s.".formatted(created));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }

  private boolean createOne(String topic, int partitions, Optional<Short> replicationFactor) {
    NewTopic wanted =
        new NewTopic(topic, Optional.of(partitions), replicationFactor).configs(settingsOf(topic));
    try {
      await(admin.createTopics(List.of(wanted)).all(), "Create", topic);
      return true;
    } catch (TopicExistsException e) {
      return false;
    }
  }

  private Map<String, String> settingsOf(String topic) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        isCompacted(topic)
            ? TopicConfig.CLEANUP_POLICY_COMPACT
            : TopicConfig.CLEANUP_POLICY_DELETE);
    int payload = Math.max(DEFAULT_MAX_MESSAGE_BYTES, payloadBytes());
    boolean carriesWhatCame = topic.equals(topics.deadLetters()) || topic.equals(topics.reroute());
    settings.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
        String.valueOf(carriesWhatCame ? payload + OVERHEAD_BYTES : payload));
    return settings;
  }

  private boolean isCompacted(String topic) {
    return topic.equals(topics.circuits()) || topic.equals(topics.foundation());
  }

  /** What the gate needs. */
  private List<String> all() {
    Set<String> all = new LinkedHashSet<>(topics.sources());
    all.addAll(topics.sinks());
    all.add(topics.foundation());
    return List.copyOf(all);
  }

  /**
   * Makes the gate's own topics where they are missing, checks all, and lays the foundation where
   * there is none.
   *
   * @throws TopicsNotReadyException with everything that is wrong
   */
  Found prepare() {
    Map<String, TopicDescription> descriptions = descriptions();
    TopicDescription commands = descriptions.get(topics.commands());
    if (commands != null && createOwn(descriptions.keySet(), commands)) {
      descriptions = descriptions();
    }
    List<String> problems = problems(descriptions);
    if (!problems.isEmpty() || commands == null) {
      throw new TopicsNotReadyException(problems);
    }
    Foundation now = Foundation.of(config, commands.partitions().size());
    List<String> changes = ground.lay(now).changesTo(now, topics);
    if (!changes.isEmpty()) {
      throw new TopicsNotReadyException(changes);
    }
    Map<String, Config> configs = configs(descriptions.keySet());
    int carriedMaxBytes =
        Math.min(
            maxMessageBytes(configs.get(topics.reroute())),
            maxMessageBytes(configs.get(topics.deadLetters())));
    return new Found(commands.partitions().size(), largest(configs), carriedMaxBytes);
  }

  /** Whether anything was made. */
  private boolean createOwn(Set<String> there, TopicDescription commands) {
    Optional<Short> replicas = Optional.of((short) commands.partitions().get(0).replicas().size());
    Map<String, Integer> own =
        Map.of(topics.reroute(), commands.partitions().size(), topics.foundation(), 1);
    List<String> missing = own.keySet().stream().filter(topic -> !there.contains(topic)).toList();
    missing.forEach(topic -> createOne(topic, own.get(topic), replicas));
    awaitVisible(missing);
    return !missing.isEmpty();
  }

  /**
   * Everything that is wrong with the topics and with what is built on them, a sentence each; empty
   * where nothing is.
   */
  public List<String> problems() {
    return problems(descriptions());
  }

  private List<String> problems(Map<String, TopicDescription> descriptions) {
    List<String> problems = new ArrayList<>();
    for (String topic : all()) {
      if (!descriptions.containsKey(topic)) {
        problems.add(
            "Topic %s does not exist; 'oncegate topics create' makes it.".formatted(topic));
      }
    }
    checkPartitions(descriptions, problems);
    checkFoundation(descriptions, problems);
    Map<String, Config> configs = configs(descriptions.keySet());
    configs.forEach((topic, settings) -> checkCleanup(topic, settings, problems));
    configs.forEach((topic, settings) -> checkTimestamps(topic, settings, problems));
    configs.putAll(configs(descriptions(List.of(changelog())).keySet()));
    checkSizes(configs, problems);
    return problems;
  }

  private void checkPartitions(Map<String, TopicDescription> descriptions, List<String> problems) {
    TopicDescription commands = descriptions.get(topics.commands());
    if (commands == null) {
      return;
    }
    int expected = commands.partitions().size();
    for (String topic : topics.sources()) {
      TopicDescription description = descriptions.get(topic);
      int found = description == null ? expected : description.partitions().size();
      if (found != expected) {
        problems.add(
            "Topic %s has %d partitions and %s has %d; commands, outcomes, controls and reroute need the same number."
                .formatted(topic, found, topics.commands(), expected));
      }
    }
  }

  /**
   * State of a version that laid no foundation says at least how many partitions it has, by those
   * of its changelog.
   */
  private void checkFoundation(Map<String, TopicDescription> descriptions, List<String> problems) {
    TopicDescription commands = descriptions.get(topics.commands());
    if (commands == null) {
      return;
    }
    Foundation now = Foundation.of(config, commands.partitions().size());
    Optional<Foundation> laid =
        descriptions.containsKey(topics.foundation()) ? ground.read() : Optional.empty();
    Foundation before =
        laid.orElseGet(
            () -> {
              TopicDescription changelog = descriptions(List.of(changelog())).get(changelog());
              return changelog == null ? now : Foundation.of(config, changelog.partitions().size());
            });
    problems.addAll(before.changesTo(now, topics));
  }

  private void checkCleanup(String topic, Config settings, List<String> problems) {
    String policy = settings.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
    if (isCompacted(topic) && !policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      problems.add(
          "Topic %s has cleanup.policy=%s; it must be compact, or what it says is lost with its age."
              .formatted(topic, policy));
    }
    if (!isCompacted(topic) && policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      problems.add(
          "Topic %s has cleanup.policy=%s; it must be delete, or records of one scope replace each other."
              .formatted(topic, policy));
    }
  }

  /**
   * What an effect (arguments and those of its compensation) or a result (a preview or an outcome)
   * may take.
   */
  private int payloadBytes() {
    int args = config.getInt(GateKeys.ARGS_MAX_BYTES);
    return Math.max(2 * args, args + config.getInt(GateKeys.RESULT_MAX_BYTES)) + OVERHEAD_BYTES;
  }

  /**
   * What the changelog of the actions must take: a broker's default is too small for the largest
   * results.
   */
  static int changelogMaxMessageBytes(GateConfig config) {
    return Math.max(
        DEFAULT_MAX_MESSAGE_BYTES, config.getInt(GateKeys.RESULT_MAX_BYTES) + OVERHEAD_BYTES);
  }

  private String changelog() {
    return "%s-%s-changelog".formatted(config.applicationId(), ActionStore.NAME);
  }

  /** What answers an old command bears its time. */
  private void checkTimestamps(String topic, Config settings, List<String> problems) {
    boolean byBroker =
        settings
            .get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)
            .value()
            .equals(TimestampType.LOG_APPEND_TIME.name);
    String oldest = settings.get(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG).value();
    if (topics.sinks().contains(topic) && !byBroker && Long.parseLong(oldest) != Long.MAX_VALUE) {
      problems.add(
          "Topic %s has message.timestamp.before.max.ms=%s; it must have no limit (%d), or the answer to an older record stops the gate."
              .formatted(topic, oldest, Long.MAX_VALUE));
    }
  }

  private void checkSizes(Map<String, Config> configs, List<String> problems) {
    for (String topic : List.of(topics.effects(), topics.results())) {
      checkSize(
          topic,
          configs,
          payloadBytes(),
          "the larger of twice gate.args.max.bytes and of it with gate.result.max.bytes, and 64 KiB",
          problems);
    }
    checkSize(
        changelog(),
        configs,
        config.getInt(GateKeys.RESULT_MAX_BYTES) + OVERHEAD_BYTES,
        "gate.result.max.bytes and 64 KiB; kafka-configs.sh alters it",
        problems);
    int largestSource =
        largest(
            configs.keySet().stream()
                .filter(this::isPublicSource)
                .collect(
                    LinkedHashMap::new,
                    (map, topic) -> map.put(topic, configs.get(topic)),
                    Map::putAll));
    for (String topic : List.of(topics.deadLetters(), topics.reroute())) {
      checkSize(
          topic,
          configs,
          largestSource + OVERHEAD_BYTES,
          "that of the largest source and 64 KiB",
          problems);
    }
  }

  private boolean isPublicSource(String topic) {
    return topics.sources().contains(topic) && !topic.equals(topics.reroute());
  }

  private static void checkSize(
      String topic, Map<String, Config> configs, int least, String because, List<String> problems) {
    Config settings = configs.get(topic);
    if (settings != null && maxMessageBytes(settings) < least) {
      problems.add(
          "Topic %s has max.message.bytes=%d; it needs at least %d (%s), or a record that fits nowhere stops the gate."
              .formatted(topic, maxMessageBytes(settings), least, because));
    }
  }

  private static int largest(Map<String, Config> configs) {
    return configs.values().stream().mapToInt(TopicSetup::maxMessageBytes).max().orElse(0);
  }

  private static int maxMessageBytes(Config settings) {
    return Integer.parseInt(settings.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
  }

  private Map<String, TopicDescription> descriptions() {
    return descriptions(all());
  }

  private Map<String, TopicDescription> descriptions(List<String> names) {
    Map<String, TopicDescription> found = new LinkedHashMap<>();
    admin
        .describeTopics(names)
        .topicNameValues()
        .forEach(
            (topic, description) -> {
              try {
                found.put(topic, await(description, "Describe", topic));
              } catch (UnknownTopicOrPartitionException e) {
                // What is not found is told with the other problems.
              }
            });
    return found;
  }

  private Map<String, Config> configs(Set<String> names) {
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    Map<String, Config> configs = new LinkedHashMap<>();
    admin
        .describeConfigs(resources)
        .values()
        .forEach(
            (resource, found) ->
                configs.put(resource.name(), await(found, "DescribeConfigs", resource.name())));
    return configs;
  }

  private static <T> T await(KafkaFuture<T> future, String right, String topic) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException denied) {
        throw denied(right, topic, denied);
      }
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    }
  }

  static KafkaException denied(String right, String topic, AuthorizationException cause) {
    return new KafkaException(
        "The gate's user may not %s topic %s: allow it (kafka-acls.sh --add --allow-principal User:NAME --operation %s --topic %s)."
            .formatted(right, topic, right, topic),
        cause);
  }
}
