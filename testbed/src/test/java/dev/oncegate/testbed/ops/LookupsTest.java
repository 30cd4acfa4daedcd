package dev.oncegate.testbed.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.oncegate.testbed.ops.OperatedGate.Told;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two instances that share the partitions: whichever is asked, the one that has it answers. */
class LookupsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** So many that both instances have some. */
  private static final List<String> LOOPS =
      IntStream.range(0, 12).mapToObj(i -> "loop-" + i).toList();

  private static DataDirectory directory;
  private static Stack stack;
  private static OperatedGate one;
  private static OperatedGate two;

  @BeforeAll
  static void startTwoInstances() throws Exception {
    directory = DataDirectory.temporary("oncegate-lookups-");
    stack = Stack.start(directory, 0, 0);
    OperatedGate.createTopics(settings("one", Map.of()));
    one = OperatedGate.start(settings("one", Map.of()));
    two = OperatedGate.start(settings("two", Map.of("gate.ops.results.shown", "true")));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                partitionsOf(one).size() == 2
                    && partitionsOf(two).size() == 2
                    && Stream.of(one, two).allMatch(LookupsTest::isReady)
                    && knowsAll(one)
                    && knowsAll(two));
    for (String loop : LOOPS) {
      one.command(
          IntStream.range(0, 7)
              .mapToObj(
                  i ->
                      "{\"run_id\":\"%s\",\"tool\":\"search\",\"side_effect_class\":\"READ\",\"args\":{},\"idempotency_key\":\"k%d\"}"
                          .formatted(loop, i))
              .toArray(String[]::new));
    }
    await(() -> one.get("/v1/circuits?all=true").body().get("circuits").size() == LOOPS.size());
  }

  @AfterAll
  static void stop() {
    Stream.of(one, two).forEach(OperatedGate::close);
    stack.close();
    directory.close();
  }

  private static Map<String, String> settings(String name, Map<String, String> more) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("bootstrap.servers", stack.bootstrapServers());
    settings.put("schema.registry.url", stack.registryUrl());
    // No action is to become overdue meanwhile.
    settings.put("gate.deadline.ms", "3600000");
    settings.put("state.dir", directory.path().resolve(name).toString());
    settings.putAll(more);
    return settings;
  }

  private static Set<Integer> partitionsOf(OperatedGate gate) {
    Told told = gate.get("/v1/circuits");
    Set<Integer> partitions = new TreeSet<>();
    told.body().path("partitions").forEach(partition -> partitions.add(partition.asInt()));
    return partitions;
  }

  private static boolean isReady(OperatedGate gate) {
    return gate.get("/readyz").status() == 200;
  }

  private static boolean knowsAll(OperatedGate gate) {
    return gate.get("/v1/circuits?all=true").body().path("complete").asBoolean();
  }

  private static void await(Supplier<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).until(condition::get);
  }

  @Test
  void aRunIsToldAlikeByBothInstancesAndByTheOneThatHasIt() {
    Set<String> instances = new HashSet<>();
    for (String loop : LOOPS) {
      Told told = one.get("/v1/runs/" + loop);
      assertThat(told.status()).isEqualTo(200);
      assertThat(two.get("/v1/runs/" + loop)).isEqualTo(told);
      JsonNode run = told.body();
      assertThat(run.get("run_id").asText()).isEqualTo(loop);
      assertThat(run.get("run_seq").asInt()).isEqualTo(7);
      assertThat(run.at("/circuit/state").asText()).isEqualTo("OPEN");
      assertThat(run.at("/counts/calls").asInt()).isEqualTo(7);
      assertThat(run.at("/counts/effects").asInt()).isEqualTo(5);
      assertThat(run.at("/counts/rejections").asInt()).isEqualTo(2);
      assertThat(run.at("/last_calls/0/args_hash").asText()).matches("[0-9a-f]{64}");
      instances.add(run.get("instance").asText());
    }
    assertThat(instances).containsExactlyInAnyOrder(one.address(), two.address());
  }

  @Test
  void anActionIsToldAtEachOfItsSteps() {
    String path = "/v1/actions/payer/pay%20%2F%3F%25";
    Instant before = Instant.now();
    one.command(
        "{\"run_id\":\"payer\",\"tool\":\"transfer\",\"args\":{\"to\":\"bob\"},\"idempotency_key\":\"pay /?%\"}");
    await(() -> one.get(path).status() == 200);
    JsonNode pending = two.get(path).body();
    assertThat(pending.get("status").asText()).isEqualTo("PENDING");
    assertThat(pending.get("attempt").asInt()).isEqualTo(1);
    assertThat(pending.get("idempotency_key").asText()).isEqualTo("pay /?%");
    assertThat(pending.get("payload_hash").asText()).matches("[0-9a-f]{64}");
    assertThat(Instant.parse(pending.get("valid_until").asText()))
        .isAfter(before.plus(Duration.ofHours(24)).minusSeconds(5))
        .isBefore(Instant.now().plus(Duration.ofHours(24)).plusSeconds(5));
    assertThat(pending.has("outcome")).isFalse();

    one.outcome(
        "{\"scope\":\"payer\",\"run_id\":\"payer\",\"idempotency_key\":\"pay /?%\",\"attempt\":1,\"status\":\"SUCCEEDED\",\"result\":{\"to\":\"bob\"}}");
    await(() -> one.get(path).body().get("status").asText().equals("SUCCEEDED"));
    assertThat(one.get(path).body().at("/outcome/status").asText()).isEqualTo("SUCCEEDED");
  }

  @Test
  void theStoredResultIsShownOnlyByAnInstanceThatIsAllowedTo() {
    List<String> runs = IntStream.range(0, 12).mapToObj(i -> "secretive-" + i).toList();
    for (String run : runs) {
      one.command(
          "{\"run_id\":\"%s\",\"tool\":\"read\",\"args\":{},\"idempotency_key\":\"k\"}"
              .formatted(run));
    }
    // An outcome that is read before its command would be a dead letter.
    for (String run : runs) {
      await(() -> two.get("/v1/actions/%s/k".formatted(run)).status() == 200);
      one.outcome(
          "{\"scope\":\"%s\",\"run_id\":\"%s\",\"idempotency_key\":\"k\",\"attempt\":1,\"status\":\"FAILED\",\"error_code\":\"E\",\"error_message\":\"of bob\",\"result\":{\"of\":\"bob\"}}"
              .formatted(run, run));
    }
    Set<String> silent = new HashSet<>();
    Set<String> open = new HashSet<>();
    for (String run : runs) {
      String path = "/v1/actions/%s/k".formatted(run);
      await(() -> two.get(path).body().path("status").asText().equals("FAILED"));
      JsonNode action = two.get(path).body();
      assertThat(action.at("/outcome/error_code").asText()).isEqualTo("E");
      (action.toString().contains("bob") ? open : silent).add(action.get("instance").asText());
    }
    assertThat(silent).containsExactly(one.address());
    assertThat(open).containsExactly(two.address());
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/runs/nobody, 404, unknown-run",
    "/v1/actions/loop-0/nothing, 404, unknown-action",
    "/v1/actions/nobody/k0, 404, unknown-action",
    "/v1/runs/%20, 400, invalid-request",
    "/v1/runs/loop-0?agent_id=a, 400, invalid-request",
    "/v1/circuits?limit=0, 400, invalid-request",
    "/v1/circuits?limit=1001, 400, invalid-request",
    "/v1/circuits?limit=x, 400, invalid-request",
    "/v1/circuits?all=yes, 400, invalid-request",
    "/v1/circuits?al=true, 400, invalid-request",
    "/v1/circuits?all=true&all=false, 400, invalid-request",
    "/v1/circuits?after=nowhere, 400, invalid-request",
  })
  void whatIsUnknownOrWrongIsAProblem(String path, int status, String problem) {
    for (OperatedGate gate : List.of(one, two)) {
      Told told = gate.get(path);
      assertThat(told.status()).isEqualTo(status);
      assertThat(told.contentType()).isEqualTo("application/problem+json");
      assertThat(told.problem()).isEqualTo(problem);
    }
  }

  @Test
  void namesOverTheLimitAreRefused() {
    assertThat(one.get("/v1/runs/" + "x".repeat(255)).status()).isEqualTo(404);
    assertThat(one.get("/v1/runs/" + "x".repeat(256)).status()).isEqualTo(400);
  }

  @Test
  void aRequestThatWasForwardedIsNotForwardedAgain() {
    String loop =
        LOOPS.stream()
            .filter(
                run ->
                    one.get("/v1/runs/" + run)
                        .body()
                        .get("instance")
                        .asText()
                        .equals(two.address()))
            .findFirst()
            .orElseThrow();
    Map<String, String> forwarded = Map.of("Oncegate-Forwarded-By", "127.0.0.1:1");

    Told told = one.get("/v1/runs/" + loop, forwarded);
    assertThat(told.status()).isEqualTo(503);
    assertThat(told.problem()).isEqualTo("not-available");
    assertThat(told.retryAfter()).contains("1");
    assertThat(two.get("/v1/runs/" + loop, forwarded).status()).isEqualTo(200);
    Told circuits = one.get("/v1/circuits?all=true", forwarded);
    assertThat(circuits.body().get("circuits").size()).isLessThan(LOOPS.size());
  }

  @Test
  void eachInstanceListsItsOwnCircuitsAndBothListAll() {
    assertThat(Stream.of(one, two).flatMap(gate -> runs(gate.get("/v1/circuits")).stream()))
        .containsExactlyInAnyOrderElementsOf(LOOPS);
    for (OperatedGate gate : List.of(one, two)) {
      Told all = gate.get("/v1/circuits?all=true");
      assertThat(runs(all)).containsExactlyInAnyOrderElementsOf(LOOPS);
      assertThat(all.body().get("complete").asBoolean()).isTrue();
      assertThat(all.body().get("partitions")).hasSize(OperatedGate.PARTITIONS);
      assertThat(all.body().at("/circuits/0/state").asText()).isEqualTo("OPEN");
      assertThat(all.body().has("next")).isFalse();
    }
  }

  @Test
  void pagesTakenFromEitherInstanceInTurnGiveEveryCircuitOnceInOneOrder() {
    List<String> found = new ArrayList<>();
    String after = "";
    int pages = 0;
    do {
      OperatedGate gate = pages++ % 2 == 0 ? one : two;
      Told page = gate.get("/v1/circuits?all=true&limit=5" + after);
      assertThat(page.status()).isEqualTo(200);
      assertThat(page.body().get("circuits").size()).isLessThanOrEqualTo(5);
      found.addAll(runs(page));
      after = page.body().has("next") ? "&after=" + page.body().get("next").asText() : "";
    } while (!after.isEmpty() && pages < 20);

    assertThat(found).isEqualTo(runs(one.get("/v1/circuits?all=true")));
    assertThat(pages).isLessThan(8);
  }

  private static List<String> runs(Told told) {
    List<String> runs = new ArrayList<>();
    told.body().get("circuits").forEach(circuit -> runs.add(circuit.get("run_id").asText()));
    return runs;
  }
}
