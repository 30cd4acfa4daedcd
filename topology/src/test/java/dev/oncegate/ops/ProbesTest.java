package dev.oncegate.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.gate.Restore;
import dev.oncegate.gate.Vitals;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.streams.KafkaStreams.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProbesTest {
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration MOMENT = Duration.ofMillis(1);
  private final Probes probes = new Probes(GRACE);

  @Test
  void beforeThereIsAGateTheProcessIsAliveAndNothingElse() {
    assertThat(probes.health(null).status()).isEqualTo(200);
    assertThat(probes.ready(null).status()).isEqualTo(503);
    assertThat(probes.startup(null).status()).isEqualTo(503);
  }

  @ParameterizedTest
  @EnumSource(
      value = State.class,
      names = {"ERROR", "PENDING_ERROR", "NOT_RUNNING"})
  void aGateThatEndedIsNotHealthy(State state) {
    Answer answer = probes.health(vitals(state, Duration.ZERO));

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.contentType()).isEqualTo("application/problem+json");
    assertThat(probes.ready(vitals(state, Duration.ZERO)).status()).isEqualTo(503);
  }

  @ParameterizedTest
  @EnumSource(
      value = State.class,
      names = {"ERROR", "PENDING_ERROR", "NOT_RUNNING"},
      mode = EnumSource.Mode.EXCLUDE)
  void aGateThatHasNotEndedIsHealthyWhateverItDoes(State state) {
    assertThat(probes.health(vitals(state, null)).status()).isEqualTo(200);
  }

  @Test
  void aGateThatRunsIsReady() {
    assertThat(probes.ready(vitals(State.RUNNING, Duration.ZERO)).status()).isEqualTo(200);
  }

  @Test
  void aGateThatRanIsReadyWhileItRebalancesForAsLongAsTheGraceIs() {
    assertThat(probes.ready(vitals(State.REBALANCING, GRACE)).status()).isEqualTo(200);
    assertThat(probes.ready(vitals(State.REBALANCING, GRACE.plus(MOMENT))).status()).isEqualTo(503);
  }

  @Test
  void aGateThatNeverRanIsNotReadyWhileItRebalances() {
    assertThat(probes.ready(vitals(State.REBALANCING, null)).status()).isEqualTo(503);
  }

  @Test
  void aGateThatIsStoppedIsNotReadyThoughItRanAMomentAgo() {
    assertThat(probes.ready(vitals(State.PENDING_SHUTDOWN, MOMENT)).status()).isEqualTo(503);
    assertThat(probes.ready(vitals(State.CREATED, null)).status()).isEqualTo(503);
  }

  @Test
  void aGateThatRunsWithoutItsBrokersIsNotReadyOnceTheGraceIsOver() throws IOException {
    Vitals heard = new Vitals(State.RUNNING, Optional.of(Duration.ZERO), GRACE, List.of());
    Vitals unheard =
        new Vitals(State.RUNNING, Optional.of(Duration.ZERO), GRACE.plusSeconds(1), List.of());

    assertThat(probes.ready(heard).status()).isEqualTo(200);
    assertThat(probes.ready(unheard).status()).isEqualTo(503);
    assertThat(json(probes.ready(unheard)).get("detail").asText()).contains("31 s");
    assertThat(probes.health(unheard).status()).isEqualTo(200);
  }

  @Test
  void whatIsRestoredIsToldByStoreAndPartitionAndInAll() throws IOException {
    List<Restore> restores =
        List.of(new Restore("actions", 0, 10, 90), new Restore("runs", 2, 5, 1));
    JsonNode body =
        json(
            probes.ready(new Vitals(State.REBALANCING, Optional.empty(), Duration.ZERO, restores)));

    assertThat(body.get("type").asText()).isEqualTo("urn:oncegate:problem:not-ready");
    assertThat(body.get("detail").asText()).contains("restored");
    JsonNode restoring = body.get("restoring");
    assertThat(restoring.get("stores").asInt()).isEqualTo(2);
    assertThat(restoring.get("restored").asInt()).isEqualTo(15);
    assertThat(restoring.get("remaining").asInt()).isEqualTo(91);
    assertThat(restoring.get("each").get(1))
        .hasToString("{\"store\":\"runs\",\"partition\":2,\"restored\":5,\"remaining\":1}");
  }

  @Test
  void ofVeryManyRestoresSomeAreToldAndAllAreCounted() throws IOException {
    List<Restore> restores =
        IntStream.range(0, 1_000).mapToObj(i -> new Restore("runs", i, 0, 1)).toList();
    JsonNode restoring =
        json(probes.ready(new Vitals(State.REBALANCING, Optional.empty(), Duration.ZERO, restores)))
            .get("restoring");

    assertThat(restoring.get("each")).hasSize(100);
    assertThat(restoring.get("remaining").asInt()).isEqualTo(1_000);
  }

  @Test
  void onceItWasReadyAGateHasStartedForGood() {
    assertThat(probes.startup(vitals(State.REBALANCING, null)).status()).isEqualTo(503);
    assertThat(probes.startup(vitals(State.RUNNING, Duration.ZERO)).status()).isEqualTo(200);
    assertThat(probes.startup(vitals(State.REBALANCING, GRACE.multipliedBy(9))).status())
        .isEqualTo(200);
  }

  private static Vitals vitals(State state, @Nullable Duration sinceRunning) {
    return new Vitals(state, Optional.ofNullable(sinceRunning), Duration.ZERO, List.of());
  }

  private static JsonNode json(Answer answer) throws IOException {
    return new ObjectMapper().readTree(answer.body());
  }
}
