package dev.oncegate.testbed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.config.Clients;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.stack.ChildJvm;
import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.Postgres;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, as the launcher runs it. */
class UpTest {
  private static final Duration START = Duration.ofSeconds(60);
  private static final String HISTORY =
      "select string_agg(type, ',' order by type) from agent_run_events where run_id = '%s'";

  @TempDir private Path temporary;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endAll() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void itTellsItsAddressesRefusesASecondOneAndEndsAllOnCtrlC() throws Exception {
    Process up = up("up", "--broker-port", "0", "--registry-port", "0");
    List<ProcessHandle> children = awaitReady(up);
    assertThat(children).hasSize(2);
    assertThat(addresses().getProperty("bootstrap.servers")).matches("127\\.0\\.0\\.1:\\d+");
    assertThat(addresses().getProperty("schema.registry.url"))
        .matches("http://127\\.0\\.0\\.1:\\d+/apis/ccompat/v7");
    assertThat(outputOf("up")).contains(addresses().getProperty("bootstrap.servers"));
    String operations = addresses().getProperty("operations.url");
    assertThat(outputOf("up")).contains("operations " + operations);
    HttpRequest ready = HttpRequest.newBuilder(URI.create(operations + "/readyz")).build();
    assertThat(HttpClient.newHttpClient().send(ready, BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);

    Process second = up("second", "--fresh", "--broker-port", "0", "--registry-port", "0");
    assertThat(exitCode(second)).isEqualTo(1);
    assertThat(outputOf("second"))
        .contains("in use by process " + up.pid())
        .doesNotContain("Exception");
    assertThat(upFile()).exists();

    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(up.pid())).start().waitFor())
        .isZero();
    assertThat(exitCode(up)).isZero();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(upFile()).doesNotExist();
    assertThat(data().resolve("broker/data/meta.properties")).exists();
  }

  @Test
  void withConnectActionsAreExecutedOnceAndTheirHistoryIsInTheDatabase() throws Exception {
    Process up =
        up(
            "up",
            "--connect",
            "--broker-port=0",
            "--registry-port=0",
            "--connect-port=0",
            "--tools-port=0",
            "--postgres-port=0");
    awaitReady(up);
    List<ProcessHandle> children = up.children().toList();
    // Broker, registry, PostgreSQL and worker.
    assertThat(children).hasSize(4);
    assertThat(outputOf("up"))
        .contains(
            "connect    " + addresses().getProperty("connect.url"),
            "database   " + addresses().getProperty("database.url"),
            "tools      " + addresses().getProperty("tools.url"));

    send("paid", "payments", "k", "k");
    Database database = Database.of(addresses().getProperty("database.url"));
    database.run(
        """
        insert into agent_outbox (run_id, payload)
        values ('mailed', '{"run_id":"mailed","tool":"mails","args":{"of":"mailed"}}')
        """);
    awaitRow(database, "1", "select count(*) from mails where args ->> 'of' = 'mailed'");
    awaitRow(database, "DECIDED,DECIDED,SETTLED", HISTORY.formatted("paid"));
    awaitRow(database, "1", "select count(*) from payments where args ->> 'of' = 'paid'");
    awaitRow(database, "1", "select count(*) from agent_effects where run_id = 'paid'");

    // A sink that has failed is started again.
    database.run("alter table agent_circuit_events rename to away");
    send("loop", "payments", "1", "2", "3", "4", "5", "6");
    Awaitility.await().atMost(START).until(() -> statusOf("history-circuits").contains("FAILED"));
    database.run("alter table away rename to agent_circuit_events");
    awaitRow(database, "OPEN", "select max(state) from agent_circuit_events where run_id = 'loop'");

    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(up.pid())).start().waitFor())
        .isZero();
    assertThat(exitCode(up)).isZero();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(upFile()).doesNotExist();
  }

  @Test
  void withADatabaseOfTheUsersTheNextOneGoesOnWhereTheLastOneWas() throws Exception {
    try (Postgres own = Postgres.start(temporary.resolve("own"), 0)) {
      own.awaitReady(new CompletableFuture<>());
      Database database = own.database();
      String[] line = {
        "--connect",
        "--broker-port=0",
        "--registry-port=0",
        "--connect-port=0",
        "--tools-port=0",
        "--database=" + database
      };
      Process first = up("first", line);
      // Broker, registry and worker.
      assertThat(awaitReady(first)).hasSize(3);
      send("kept", "payments", "k");
      awaitRow(database, "DECIDED,SETTLED", HISTORY.formatted("kept"));
      assertThat(new ProcessBuilder("kill", "-INT", Long.toString(first.pid())).start().waitFor())
          .isZero();
      assertThat(exitCode(first)).isZero();

      // All ports but the database's are others now.
      awaitReady(up("second", line));
      send("kept", "payments", "k");
      send("new", "payments", "k");
      awaitRow(database, "DECIDED,DECIDED,SETTLED", HISTORY.formatted("kept"));
      awaitRow(database, "DECIDED,SETTLED", HISTORY.formatted("new"));
      awaitRow(database, "1", "select count(*) from payments where args ->> 'of' = 'kept'");
      awaitRow(database, "1", "select count(*) from payments where args ->> 'of' = 'new'");
      awaitRow(
          database,
          "REPLAYED",
          "select payload ->> 'decision' from agent_run_events where run_id = 'kept' and seq = 3");
    }
  }

  private void send(String run, String tool, String... keys) throws IOException {
    Map<String, Object> settings = new HashMap<>();
    addresses().forEach((key, value) -> settings.put(key.toString(), value));
    AvroSerdes avro = AvroSerdes.of(AvroSerdes.ONCEGATE, settings);
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Clients.producer(settings), new StringSerializer(), new ByteArraySerializer())) {
      for (String key : keys) {
        ActionCommand command =
            ActionCommand.newBuilder()
                .setRunId(run)
                .setTool(tool)
                .setArgs("{\"of\":\"%s\"}".formatted(run))
                .setIdempotencyKey(key)
                .build();
        producer.send(
            new ProducerRecord<>(
                "agent.commands", run, avro.serializer().serialize("agent.commands", command)));
      }
    }
  }

  private String statusOf(String connector) throws Exception {
    URI uri =
        URI.create(
            "%s/connectors/%s/status".formatted(addresses().getProperty("connect.url"), connector));
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }

  private static void awaitRow(Database database, String expected, String query) {
    Awaitility.await(query)
        .atMost(START)
        .untilAsserted(
            () -> {
              try (Connection connection = database.connect();
                  Statement statement = connection.createStatement();
                  ResultSet row = statement.executeQuery(query)) {
                row.next();
                assertThat(row.getString(1)).isEqualTo(expected);
              }
            });
  }

  @Test
  void stoppedInTheMiddleOfItsStartItEndsAllInOrder() throws Exception {
    Process up = up("up", "--broker-port", "0", "--registry-port", "0");
    Awaitility.await().atMost(START).until(() -> up.descendants().count() == 2);
    List<ProcessHandle> children = up.descendants().toList();
    up.toHandle().destroy();
    assertThat(exitCode(up)).isZero();
    assertThat(outputOf("up"))
        .contains("told to stop before the broker was ready")
        .doesNotContain("Exception");
    assertThat(children).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void itFailsWhenTheBrokerDiesAndTakesTheRegistryWithIt() throws Exception {
    Files.createDirectories(data());
    Path old = Files.writeString(data().resolve("old"), "");
    Process up = up("up", "--fresh", "--broker-port", "0", "--registry-port", "0");
    List<ProcessHandle> children = awaitReady(up);
    assertThat(old).doesNotExist();
    children.stream().filter(isBroker()).findFirst().orElseThrow().destroyForcibly();
    assertThat(exitCode(up)).isEqualTo(1);
    assertThat(outputOf("up")).contains("oncegate: the broker ended with exit code 137");
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(upFile()).doesNotExist();
  }

  @Test
  void killedItLeavesNoChildAndNothingThatStopsTheNextOne() throws Exception {
    Process up = up("up", "--broker-port", "0", "--registry-port", "0");
    // In the middle of the start, when there is least to rely on.
    Awaitility.await().atMost(START).until(() -> up.descendants().count() == 2);
    List<ProcessHandle> children = up.descendants().toList();
    up.destroyForcibly().waitFor();
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    Process next = up("next", "--broker-port", "0", "--registry-port", "0");
    awaitReady(next);
    next.destroy();
    assertThat(exitCode(next)).isZero();
  }

  @Test
  void aPortInUseIsAnErrorThatNamesPortAndOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      Process up = up("up", "--broker-port", port);
      assertThat(exitCode(up)).isEqualTo(1);
      assertThat(outputOf("up"))
          .contains("port " + port + " of 127.0.0.1 is in use", "--broker-port")
          .doesNotContain("Exception");
    }
  }

  @Test
  void badUsageIsToldFromAFailureBeforeAnythingIsStarted() throws Exception {
    Process port = up("port", "--registry-port", "65536");
    Process partitions = up("partitions", "--partitions", "0");
    Process setting = up("setting", "--set", "gate.scope=planet");
    Process alone = up("alone", "--database", "postgresql://me:secret@db/name");
    Process database = up("database", "--connect", "--database", "mysql://me:secret@db/name");
    Process prefix = up("prefix", "--connect", "--set", "gate.topic.prefix=other.");
    assertThat(exitCode(port)).isEqualTo(2);
    assertThat(outputOf("port")).contains("--registry-port is 65536: allowed is 0 to 65535");
    assertThat(exitCode(partitions)).isEqualTo(2);
    assertThat(outputOf("partitions")).contains("--partitions is 0: allowed is 1 and more");
    assertThat(exitCode(setting)).isEqualTo(2);
    assertThat(outputOf("setting"))
        .contains("planet", "gate.scope", "RUN")
        .doesNotContain("Exception");
    assertThat(exitCode(alone)).isEqualTo(2);
    assertThat(outputOf("alone")).contains("--database needs --connect");
    assertThat(exitCode(database)).isEqualTo(2);
    assertThat(outputOf("database"))
        .contains("--database: the URL of the database must be postgresql://")
        .doesNotContain("secret");
    assertThat(exitCode(prefix)).isEqualTo(2);
    assertThat(outputOf("prefix")).contains("gate.topic.prefix cannot be set with --connect");
    assertThat(data()).doesNotExist();
  }

  private Process up(String output, String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1", "-cp", ChildJvm.ownClassPath(), Testbed.class.getName()));
    line.addAll(
        List.of("up", "--data", data().toString(), "--set", "gate.ops.listener=127.0.0.1:0"));
    line.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve(output + ".txt").toFile())
            .start();
    started.add(process);
    return process;
  }

  private List<ProcessHandle> awaitReady(Process up) {
    Awaitility.await().atMost(START).until(() -> Files.exists(upFile()) || !up.isAlive());
    assertThat(upFile()).withFailMessage(() -> outputOf("up")).exists();
    return up.descendants().toList();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static Predicate<ProcessHandle> isBroker() {
    return child -> child.info().commandLine().orElseThrow().contains("server.properties");
  }

  private Path data() {
    return temporary.resolve("the data");
  }

  private Path upFile() {
    return data().resolve("up.properties");
  }

  private Properties addresses() throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(upFile())) {
      properties.load(reader);
    }
    return properties;
  }

  private String outputOf(String output) {
    try {
      return Files.readString(temporary.resolve(output + ".txt"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
