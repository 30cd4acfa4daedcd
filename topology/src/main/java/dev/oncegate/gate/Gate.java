package dev.oncegate.gate;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.BoundedRocksDb;
import dev.oncegate.serde.AvroSerdes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.LagInfo;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.errors.StreamsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gate: one instance of the Kafka Streams application.
 *
 * <p>It starts only where registry, brokers and topics are as it needs them, and ends itself on an
 * error that trying again does not change: the transaction is aborted, nothing is lost, and whoever
 * runs the process sees it end.
 */
public final class Gate implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
  private static final int TOKEN_BYTES = 16;

  /**
   * What the stores have not committed lies outside RocksDB's caches. An eighth is ten times what a
   * commit interval brings at 50,000 commands a second.
   */
  private static final int UNCOMMITTED_SHARE = 8;

  /** Half of the stores' memory, but no more than a quarter of Java's heap. */
  private static final int RECENT_SHARE = 2;

  private final KafkaStreams streams;
  private final GateConfig config;
  private final GateQueries queries;
  private final CompletableFuture<KafkaStreams.State> ended = new CompletableFuture<>();
  private final CompletableFuture<Void> running = new CompletableFuture<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final RestoreProgress restores = new RestoreProgress();
  private volatile boolean stateDamaged;
  private volatile long leftRunningNanos;

  private Gate(
      KafkaStreams streams,
      GateConfig config,
      int partitions,
      InstantSource clock,
      ReadablePartitions readable) {
    this.streams = streams;
    this.config = config;
    this.queries =
        new GateQueries(
            streams,
            partitions,
            config.getLong(GateKeys.DEDUP_WINDOW_MS),
            clock,
            config.applicationServer().orElse(null),
            readable);
  }

  /**
   * Waits for the registry, checks brokers and topics, and starts.
   *
   * @throws TopicsNotReadyException where topics are missing or wrong
   * @throws BrokersTooOldException where the cluster cannot give the guarantees
   * @throws InterruptedException while waiting for the registry
   */
  public static Gate start(GateConfig config) throws InterruptedException {
    return start(config, InstantSource.system());
  }

  /**
   * Starts with another clock than the system's.
   *
   * @param clock the gate's now, by which it judges deadlines, windows and times that records bear;
   *     Kafka's own timers go by the system's clock all the same
   * @see #start(GateConfig)
   */
  public static Gate start(GateConfig config, InstantSource clock) throws InterruptedException {
    return start(config, clock, Observer.NONE);
  }

  /**
   * Starts with an observer.
   *
   * @param observer is told what the gate does
   * @see #start(GateConfig, InstantSource)
   */
  public static Gate start(GateConfig config, InstantSource clock, Observer observer)
      throws InterruptedException {
    Map<String, Object> settings = config.kafkaSettings();
    Topics topics = Topics.of(config);
    AvroSerdes serdes = AvroSerdes.of(config.getString(GateKeys.AVRO_SERDE), settings);
    WireSchemas.prepare(serdes, topics);
    TopicSetup.Found found;
    try (Admin admin = admin(config)) {
      BrokersTooOldException.check(admin);
      found = new TopicSetup(admin, config).prepare();
    }
    Properties properties = streamsProperties(config, found.largestRecordBytes());
    int carriedMaxBytes = Math.min(found.carriedMaxBytes(), maxRequestBytes(properties));
    ReadablePartitions readable = new ReadablePartitions();
    GateParts parts =
        parts(
            config,
            topics,
            new Ground(
                found.partitions(),
                carriedMaxBytes,
                serdes.serializer(),
                serdes.deserializer(),
                clock,
                tokens()),
            observer,
            readable);
    Gate gate =
        new Gate(
            new SafeMetrics(GateTopology.of(parts, emptyTopology(properties)), properties),
            config,
            found.partitions(),
            clock,
            readable);
    gate.begin();
    return gate;
  }

  /**
   * The topology as it runs under a configuration, for those who want to see it; it calls nobody.
   */
  public static Topology topology(GateConfig config) {
    AvroSerdes serdes =
        AvroSerdes.of(config.getString(GateKeys.AVRO_SERDE), config.kafkaSettings());
    Map<String, Object> settings = new HashMap<>(config.kafkaSettings());
    settings.putIfAbsent(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:9092");
    Ground ground =
        new Ground(
            1, 0, serdes.serializer(), serdes.deserializer(), InstantSource.system(), tokens());
    return topology(config, ground, emptyTopology(settings));
  }

  /**
   * The topology on another ground than a cluster's, for those who drive it themselves.
   *
   * @param empty the topology to be built, made with the settings it will run under: some of them
   *     take effect nowhere else
   */
  public static Topology topology(GateConfig config, Ground ground, Topology empty) {
    return GateTopology.of(
        parts(config, Topics.of(config), ground, Observer.NONE, new ReadablePartitions()), empty);
  }

  private static Topology emptyTopology(Map<?, ?> settings) {
    return new Topology(new TopologyConfig(new StreamsConfig(settings)));
  }

  /** An admin client with the settings of a gate. */
  public static Admin admin(GateConfig config) {
    return Admin.create(
        new StreamsConfig(config.kafkaSettings())
            .getAdminConfigs(config.applicationId() + "-setup"));
  }

  private static GateParts parts(
      GateConfig config,
      Topics topics,
      Ground ground,
      Observer observer,
      ReadablePartitions readable) {
    return new GateParts(
        new GateTimes(
            config.getLong(GateKeys.DEDUP_WINDOW_MS),
            config.getLong(GateKeys.TIMERS_INTERVAL_MS),
            config.getLong(GateKeys.COUNTS_EMIT_INTERVAL_MS),
            config.getLong(GateKeys.COUNTS_WINDOW_MS),
            config.getLong(GateKeys.RUN_RETENTION_MS)),
        topics,
        ground.partitions(),
        actionStore(config),
        config.scope(),
        config.intakeLimits(),
        new RunGuard(config.guardLimits(), config.guardLimitsByTool()),
        new ActionLedger(config.getLong(GateKeys.CONFIRMATION_TTL_MS), config::attemptsMax),
        config.getInt(GateKeys.RESULT_MAX_BYTES),
        ground.carriedMaxBytes(),
        ground.serializer(),
        ground.deserializer(),
        ground.clock(),
        ground.tokens(),
        observer,
        readable);
  }

  private static ActionStore.Kind actionStore(GateConfig config) {
    return ActionStore.Kind.named(config.getString(GateKeys.ACTIONS_STORE));
  }

  private static Supplier<String> tokens() {
    SecureRandom random = new SecureRandom();
    return () -> {
      byte[] token = new byte[TOKEN_BYTES];
      random.nextBytes(token);
      return HexFormat.of().formatHex(token);
    };
  }

  static Properties streamsProperties(GateConfig config, int largestRecordBytes) {
    Properties properties = new Properties();
    // A record that the topics accept must not be refused by the producer.
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), largestRecordBytes);
    properties.put(
        StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
        String.valueOf(TopicSetup.changelogMaxMessageBytes(config)));
    long memoryBytes = config.getLong(GateKeys.ROCKSDB_MEMORY_BYTES);
    long uncommittedBytes = memoryBytes / UNCOMMITTED_SHARE;
    properties.put(
        StreamsConfig.STATESTORE_UNCOMMITTED_MAX_BYTES_CONFIG, String.valueOf(uncommittedBytes));
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    // The partition assignor judges the consumer's settings alone, and would warn at every start
    // that this is not set.
    properties.put(
        StreamsConfig.mainConsumerPrefix("processing.exception.handler.global.enabled"), true);
    properties.putAll(config.kafkaSettings());
    long recentBytes =
        actionStore(config) == ActionStore.Kind.COMPACT
            ? Math.min(memoryBytes, Runtime.getRuntime().maxMemory() / 2) / RECENT_SHARE
            : 0;
    properties.put(BoundedRocksDb.RECENT_BYTES, recentBytes);
    properties.put(BoundedRocksDb.MEMORY_BYTES, memoryBytes - uncommittedBytes - recentBytes);
    return properties;
  }

  /** What the producer takes, which a user may have set lower than the topics do. */
  private static int maxRequestBytes(Properties properties) {
    Map<String, Object> producer = new StreamsConfig(properties).getProducerConfigs("oncegate");
    return Integer.parseInt(String.valueOf(producer.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG)));
  }

  private void begin() {
    FailurePolicy policy = new FailurePolicy(InstantSource.system(), this::pause);
    streams.setUncaughtExceptionHandler(
        failure -> {
          stateDamaged = stateDamaged || DamagedState.isBehind(failure);
          return policy.handle(failure);
        });
    streams.setStateListener(
        (next, before) -> {
          LOG.info("{} after {}", next, before);
          if (before == KafkaStreams.State.RUNNING) {
            leftRunningNanos = System.nanoTime();
          }
          if (next == KafkaStreams.State.RUNNING) {
            running.complete(null);
          }
          if (next == KafkaStreams.State.ERROR) {
            LOG.error(
                "The gate has ended on a failure, told above; nothing more is processed here.");
          }
          if (next.hasCompletedShutdown()) {
            ended.complete(next);
            running.completeExceptionally(
                new IllegalStateException("the gate ended before it ran"));
          }
        });
    streams.setGlobalStateRestoreListener(restores);
    try {
      streams.start();
    } catch (StreamsException e) {
      // It opens the stores that it finds on disk.
      stateDamaged = DamagedState.isBehind(e);
      close();
      throw e;
    }
  }

  /** Waits; less where the gate is stopped. */
  private void pause(Duration time) {
    try {
      if (stopping.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.info("The gate is stopped while it waits to try again.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Completes once all partitions of this instance are being processed for the first time. */
  public CompletableFuture<Void> running() {
    return running.copy();
  }

  /** Completes when the gate has ended: NOT_RUNNING after a stop, ERROR after a failure. */
  public CompletableFuture<KafkaStreams.State> ended() {
    return ended.copy();
  }

  /** What Kafka Streams does at this moment. */
  public KafkaStreams.State state() {
    return streams.state();
  }

  /** For those who want to know what it knows. */
  public GateQueries queries() {
    return queries;
  }

  /**
   * The Streams application itself, for those who read its metrics or ask its stores; to start and
   * to stop it is the gate's own business.
   */
  public KafkaStreams streams() {
    return streams;
  }

  /** How this instance is at this moment; asks no broker. */
  public Vitals vitals() {
    KafkaStreams.State state = streams.state();
    boolean hasRun = running.isDone() && !running.isCompletedExceptionally();
    Optional<Duration> sinceRunning =
        state == KafkaStreams.State.RUNNING
            ? Optional.of(Duration.ZERO)
            : Optional.of(Duration.ofNanos(System.nanoTime() - leftRunningNanos))
                .filter(since -> hasRun);
    return new Vitals(state, sinceRunning, Silence.of(streams.metrics()), restores.now());
  }

  /**
   * How many changelog records the stores of this instance are behind, standbys included. Under
   * exactly-once a store that has all is still told to lack the marker of the last transaction, so
   * that a few remain for each.
   */
  public long lag() {
    return streams.allLocalStorePartitionLags().values().stream()
        .flatMap(byPartition -> byPartition.values().stream())
        .mapToLong(LagInfo::offsetLag)
        .sum();
  }

  /**
   * Stops: what was begun is committed, stores are closed, the group goes on without this instance.
   * Where the stores' files turned out to be damaged they are deleted, or every further start would
   * end as this one did.
   */
  @Override
  public void close() {
    stopping.countDown();
    CloseOptions options =
        CloseOptions.timeout(config.closeTimeout())
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    if (!streams.close(options)) {
      LOG.warn("The gate did not stop within {} ms.", config.closeTimeout().toMillis());
    } else if (stateDamaged) {
      LOG.warn(
          "Files of the stores are damaged: the state of this instance is deleted; the next start restores it from the changelogs.");
      streams.cleanUp();
    }
  }
}
