package dev.oncegate.testbed.connect;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.stack.ConnectRest;
import dev.oncegate.testbed.stack.ConnectWorker;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Postgres;
import dev.oncegate.testbed.stack.Registry;
import dev.oncegate.testbed.stack.Stack;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/** Broker, registry and gate, a PostgreSQL and a Connect worker, all real. */
final class ConnectCluster implements AutoCloseable {
  private static final int PARTITIONS = 4;

  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final DataDirectory directory = DataDirectory.temporary("oncegate-connect-test");
  private final Map<String, TopicTail> tails = new HashMap<>();
  private final Deque<Runnable> open = new ArrayDeque<>(List.of(directory::close));
  private final int partitions;
  private final Stack stack;
  private final GateConfig config;
  private final AvroSerdes avro;
  private final Database database;
  private final KafkaProducer<String, byte[]> producer;
  private final Admin admin;
  private Postgres postgres;
  private Registry registry;
  private ConnectWorker worker;

  /** Starts all of it; the database has the tables of the history and of the outbox. */
  ConnectCluster(Map<String, String> gateSettings) throws Exception {
    this(gateSettings, PARTITIONS);
  }

  ConnectCluster(Map<String, String> gateSettings, int partitions) throws Exception {
    this.partitions = partitions;
    try {
      postgres = Postgres.start(directory.path().resolve("postgres"), 0);
      open.push(() -> postgres.close());
      stack = Stack.start(directory, 0, 0);
      registry = stack.registry();
      open.push(stack::close);
      open.push(() -> registry.close());
      config = LocalGate.config(stack, directory, gateSettings);
      open.push(LocalGate.start(config, partitions)::close);
      postgres.awaitReady(NEVER);
      database = postgres.database();
      Tables.prepare(database);
      PluginJar.requireRecent();
      worker = startWorker(0);
      open.push(() -> worker.close());
      worker.awaitReady(NEVER);
      avro = AvroSerdes.of(AvroSerdes.ONCEGATE, settings());
      // So that a test can write and read while the registry is down.
      avro.prepare("agent.commands", ActionCommand.getClassSchema());
      avro.prepare("agent.results", ActionResult.getClassSchema());
      producer =
          new KafkaProducer<>(
              Clients.producer(settings()), new StringSerializer(), new ByteArraySerializer());
      open.push(producer::close);
      admin = Gate.admin(config);
      open.push(admin::close);
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  private ConnectWorker startWorker(int port) {
    Map<String, String> environment = new HashMap<>(Connectors.environment(stack, database));
    // Not UTC: a time that is read in the worker's own zone would be seen to be wrong.
    environment.put("TZ", "America/St_Johns");
    return ConnectWorker.start(
        new ConnectWorker.Plan(
            directory.path().resolve("connect"),
            port,
            stack.bootstrapServers(),
            List.of(ConnectWorker.ownPlugins()),
            environment));
  }

  private Map<String, Object> settings() {
    return new HashMap<>(config.originals());
  }

  String bootstrapServers() {
    return stack.bootstrapServers();
  }

  Database database() {
    return database;
  }

  URI connectUrl() {
    return URI.create("http://127.0.0.1:" + worker.port());
  }

  ConnectRest rest() {
    return worker.rest();
  }

  /** Sends a record of ours, and waits until it is acknowledged. */
  void send(String topic, String key, SpecificRecord record) throws Exception {
    sendBytes(topic, key, avro.serializer().serialize(topic, record));
  }

  /** Sends a record of ours; {@link #flush} waits until it is acknowledged. */
  void sendSoon(String topic, String key, SpecificRecord record) {
    producer.send(new ProducerRecord<>(topic, key, avro.serializer().serialize(topic, record)));
  }

  void flush() {
    producer.flush();
  }

  void sendBytes(String topic, String key, byte[] value) throws Exception {
    producer.send(new ProducerRecord<>(topic, key, value)).get();
  }

  /**
   * Makes connectors from the ready-made configurations and waits until they run.
   *
   * @param changes go before what the files say
   */
  void connect(Map<String, String> changes, String... configs) {
    for (String name : configs) {
      worker.rest().put(Connectors.file(name), changes);
    }
    for (String name : configs) {
      awaitRunning(name);
    }
  }

  void awaitRunning(String connector) {
    Awaitility.await(connector)
        .atMost(PATIENCE)
        .until(
            () -> worker.rest().status(connector),
            status -> {
              if (status != null && status.hasFailed()) {
                throw new AssertionError(connector + " has failed: " + status.traces());
              }
              return status != null && status.isRunning();
            });
  }

  /** All committed records of a topic, in the order of each partition. */
  List<ConsumerRecord<byte[], byte[]>> read(String topic) throws Exception {
    return tails.computeIfAbsent(topic, this::tail).read(ends(topic));
  }

  private TopicTail tail(String topic) {
    Map<String, Object> own = Clients.consumer(settings());
    own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    TopicTail tail =
        new TopicTail(
            new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    open.push(tail::close);
    return tail;
  }

  /** The values of {@link #read}, decoded. */
  <T extends SpecificRecord> List<T> values(String topic, Class<T> type) throws Exception {
    return read(topic).stream()
        .map(record -> type.cast(avro.deserializer().deserialize(topic, record.value())))
        .toList();
  }

  private Map<TopicPartition, Long> ends(String topic) throws Exception {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      latest.put(new TopicPartition(topic, partition), OffsetSpec.latest());
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  /** Waits until a sink has committed all the records that are in its topic now. */
  void awaitSunk(String connector, String topic) throws Exception {
    // The last records, not the ends of the partitions: a marker of a transaction lies there.
    Map<TopicPartition, Long> last = new HashMap<>();
    read(topic)
        .forEach(
            record -> last.put(new TopicPartition(topic, record.partition()), record.offset()));
    Awaitility.await(connector)
        .atMost(PATIENCE)
        .until(() -> committed(connector), done -> isBehind(last, done));
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(String connector) throws Exception {
    return admin
        .listConsumerGroupOffsets("connect-" + connector)
        .partitionsToOffsetAndMetadata()
        .get();
  }

  private static boolean isBehind(
      Map<TopicPartition, Long> last, Map<TopicPartition, OffsetAndMetadata> done) {
    return last.entrySet().stream()
        .allMatch(
            record -> {
              OffsetAndMetadata next = done.get(record.getKey());
              return next != null && next.offset() > record.getValue();
            });
  }

  /** Rows of a query, each a list of its columns' text. */
  List<List<String>> rows(String query) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<List<String>> rows = new ArrayList<>();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
          row.add(result.getString(column));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  long count(String from) throws SQLException {
    return Long.parseLong(rows("select count(*) from " + from).get(0).get(0));
  }

  /** Ends the worker by SIGKILL and starts it again. */
  void crashWorker() {
    int port = worker.port();
    worker.kill();
    worker = startWorker(port);
    worker.awaitReady(NEVER);
  }

  /** Ends the database by SIGKILL; {@link #startDatabase} starts it again. */
  void crashDatabase() {
    postgres.kill();
  }

  /** Ends the registry by SIGKILL; {@link #startRegistry} starts it again. */
  void crashRegistry() {
    registry.kill();
  }

  void startRegistry() {
    registry = Registry.start(directory.path().resolve("registry"), registry.port());
    registry.awaitReady(NEVER);
  }

  void startDatabase() {
    postgres = Postgres.start(directory.path().resolve("postgres"), database.port());
    postgres.awaitReady(NEVER);
  }

  /** The worker's log. */
  String workerLog() throws IOException {
    return Files.readString(directory.path().resolve("connect").resolve("connect.log"));
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().run();
    }
  }
}
