package dev.oncegate.connect;

import static dev.oncegate.connect.ExecutorHarness.ZERO;
import static dev.oncegate.connect.ExecutorHarness.effect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.CallDecision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Order, back-pressure, offsets, and what a successor may do. */
class FlowTest {
  private ExecutorHarness executor;
  private final CountDownLatch slow = new CountDownLatch(1);

  @BeforeEach
  void make() throws IOException {
    executor = new ExecutorHarness();
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{}"));
    executor.tools.on(
        "/slow",
        (e, call, n) -> {
          slow.await();
          ToolServer.answer(e, 200, "{}");
        });
    executor
        .with("tools", "pay,slow")
        .with("tool.slow.url", executor.tools.url("/slow"))
        .with("tool.slow.concurrency", "2");
  }

  @AfterEach
  void close() {
    slow.countDown();
    executor.close();
  }

  private static ActionEffect slow(String run, String key) {
    return effect(run, key).setTool("slow").build();
  }

  private List<String> outcomeKeys() {
    return executor.outcomes().stream().map(ActionOutcome::getIdempotencyKey).toList();
  }

  @Test
  void aSlowToolDoesNotStallAFastOne() {
    executor.started();
    executor.deliver(
        IntStream.range(0, 20).mapToObj(i -> slow("s" + i, "k")).toArray(ActionEffect[]::new));
    executor.deliver(
        IntStream.range(0, 50)
            .mapToObj(i -> effect("f" + i, "k").build())
            .toArray(ActionEffect[]::new));
    executor.await().until(() -> executor.outcomes().size() == 50);
    assertThat(executor.tools.calls("/slow")).hasSize(2);
    assertThat(executor.committed()).isZero();
    slow.countDown();
    executor.awaitSettled();
    assertThat(executor.outcomes()).hasSize(70);
  }

  @Test
  void aRunIsWorkedOnInOrderAcrossToolsAndRetries() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, n == 1 ? 503 : 200, "{}"));
    executor.started();
    executor.deliver(
        effect("run", "1").build(),
        slow("run", "2"),
        effect("run", "3").build(),
        effect("other", "4").build());
    executor.await().until(() -> executor.tools.calls("/slow").size() == 1);
    executor.await().until(() -> outcomeKeys().contains("4"));
    assertThat(outcomeKeys()).containsExactlyInAnyOrder("1", "4");
    slow.countDown();
    executor.awaitSettled();
    assertThat(outcomeKeys().stream().filter(key -> !key.equals("4")))
        .containsExactly("1", "2", "3");
  }

  @Test
  void runsAreWorkedOnSideBySideUpToTheLimitOfTheTool() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch four = new CountDownLatch(4);
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          four.countDown();
          four.await();
          now.decrementAndGet();
          ToolServer.answer(e, 200, "{}");
        });
    executor.with("tool.pay.concurrency", "4").started();
    executor.deliver(
        IntStream.range(0, 30)
            .mapToObj(i -> effect("r" + i, "k").build())
            .toArray(ActionEffect[]::new));
    executor.awaitSettled();
    assertThat(most).hasValue(4);
  }

  @Test
  void anOffsetIsCommittedOnlyWhenItsOutcomeIsDurable() {
    executor.started();
    executor.kafka.hold();
    executor.deliver(effect("a", "k").build(), effect("b", "k").build());
    executor.await().until(() -> executor.outcomes().size() == 2);
    executor.turn();
    assertThat(executor.committed()).isZero();
    assertThat(executor.context.commitRequests).isZero();
    executor.kafka.release();
    executor.awaitSettled();
    assertThat(executor.context.commitRequests).isEqualTo(1);
  }

  @Test
  void anOutcomeThatCanNeverBePublishedFailsTheTask() {
    executor.started();
    executor.kafka.hold();
    executor.deliver(effect("a", "k").build());
    executor.await().until(() -> executor.outcomes().size() == 1);
    executor.kafka.lose(new RecordTooLargeException("too large"));
    assertThatThrownBy(executor::turn)
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("too large");
    assertThat(executor.committed()).isZero();
  }

  @Test
  void partitionsArePausedWhenEnoughIsInFlightAndGoOnAfterwards() {
    executor.with("max.in.flight", "10").started();
    executor.deliver(
        IntStream.range(0, 9).mapToObj(i -> slow("s" + i, "k")).toArray(ActionEffect[]::new));
    assertThat(executor.context.paused).isEmpty();
    executor.deliver(slow("s9", "k"));
    assertThat(executor.context.paused).containsExactly(ZERO);
    assertThat(executor.context.timeoutMs).isPositive();
    slow.countDown();
    executor.awaitSettled();
    assertThat(executor.context.paused).isEmpty();
  }

  @Test
  void memoryHoldsBackToo() {
    executor.with("max.in.flight.bytes", "300000").started();
    String large = "{\"t\":\"" + "x".repeat(100_000) + "\"}";
    executor.deliver(effect("a", "k").setTool("slow").setArgs(large).build());
    assertThat(executor.context.paused).isEmpty();
    executor.deliver(effect("b", "k").setTool("slow").setArgs(large).build());
    assertThat(executor.context.paused).containsExactly(ZERO);
    slow.countDown();
    executor.awaitSettled();
    assertThat(executor.context.paused).isEmpty();
  }

  @Test
  void onePartitionDoesNotRunFarAheadOfItsOldestEffect() {
    executor.with("max.ahead", "6").started();
    executor.deliver(slow("s", "k"));
    for (int i = 0; i < 5; i++) {
      executor.deliver(effect("f" + i, "k").build());
    }
    executor.await().until(() -> executor.outcomes().size() == 5);
    executor.turn();
    assertThat(executor.context.paused).containsExactly(ZERO);
    slow.countDown();
    executor.awaitSettled();
    assertThat(executor.context.paused).isEmpty();
  }

  @Test
  void bytesThatAreNoEffectGoToTheErrorReporterOrFailTheTask() {
    executor.started();
    SinkRecord bad = executor.record(new byte[] {1, 2, 3, 4, 5, 6}, new ConnectHeaders());
    SinkRecord tombstone = executor.record(null, new ConnectHeaders());
    SinkRecord outcome =
        executor.record(
            executor.bytes(
                new ActionOutcome(
                    "s",
                    "r",
                    "k",
                    1,
                    OutcomeStatus.FAILED,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null)),
            new ConnectHeaders());
    executor.task().put(List.of(bad, tombstone, outcome));
    executor.deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.context.errors)
        .hasSize(3)
        .satisfies(errors -> assertThat(errors.get(0)).contains("0x01; 0x00 is expected"))
        .satisfies(errors -> assertThat(errors.get(2)).contains("ActionOutcome"));
    assertThat(executor.outcomes()).hasSize(1);
    executor.context.tolerant = false;
    assertThatThrownBy(
            () -> executor.task().put(List.of(executor.record("text", new ConnectHeaders()))))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("agent.effects-0@4", "errors.deadletterqueue.topic.name");
  }

  @Test
  void whileTheRegistryIsAwayNothingIsTakenAndAllComesAgain() {
    executor.started();
    SinkRecord record =
        executor.record(executor.bytes(effect("run", "k").build()), new ConnectHeaders());
    executor.registry.down = true;
    assertThatThrownBy(() -> executor.task().put(List.of(record)))
        .isInstanceOf(RetriableException.class);
    executor.registry.down = false;
    executor.task().put(List.of(record));
    executor.awaitSettled();
    assertThat(executor.outcomes()).hasSize(1);
  }

  @Test
  void whatConnectDeliversTwiceIsExecutedOnce() {
    executor.started();
    SinkRecord record =
        executor.record(executor.bytes(effect("run", "k").build()), new ConnectHeaders());
    executor.task().put(List.of(record));
    executor.task().put(List.of(record));
    executor.awaitSettled();
    assertThat(executor.tools.calls("/pay")).hasSize(1);
  }

  @Test
  void aSuccessorCallsAgainWithTheSameKeyButNotWhatCouldDoHarm() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{\"n\":1}"));
    executor.started();
    ActionEffect write = effect("w", "k").build();
    ActionEffect delete = effect("d", "k").setSideEffectClass(SideEffectClass.DESTRUCTIVE).build();
    executor.deliver(write, delete);
    executor.awaitSettled();
    executor.takeOver(0);
    executor.deliver(write, delete);
    executor.awaitSettled();
    assertThat(executor.tools.calls("/pay"))
        .extracting(call -> call.header("Idempotency-Key"))
        .hasSize(3)
        .satisfies(keys -> assertThat(keys.stream().distinct()).hasSize(2));
    assertThat(executor.decisions())
        .containsExactlyInAnyOrder(
            CallDecision.SUCCEEDED,
            CallDecision.SUCCEEDED,
            CallDecision.SUCCEEDED,
            CallDecision.WITHHELD);
    executor.deliver(effect("d", "k2").setSideEffectClass(SideEffectClass.DESTRUCTIVE).build());
    executor.awaitSettled();
    assertThat(executor.tools.calls("/pay")).hasSize(4);
  }

  @Test
  void twoExecutionsThatAreAnsweredAlikeReportTheSame() {
    executor.started();
    ActionEffect effect = effect("run", "k").build();
    executor.deliver(effect);
    executor.awaitSettled();
    executor.takeOver(0);
    executor.deliver(effect);
    executor.awaitSettled();
    List<ActionOutcome> outcomes = executor.outcomes();
    assertThat(outcomes).hasSize(2);
    assertThat(outcomes.get(0))
        .usingRecursiveComparison()
        .ignoringFields("completed_at")
        .isEqualTo(outcomes.get(1));
  }

  @Test
  void aRefusalAfterATakeOverIsOnlyBelievedOfAToolThatHonoursTheKey() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 404, "{}"));
    executor.tools.on("/slow", (e, call, n) -> ToolServer.answer(e, 404, "{}"));
    executor.with("tool.slow.idempotent", "true").started();
    executor.kafka.end = 2;
    executor.takeOver(0);
    executor.kafka.end = 2;
    executor.task().close(List.of(ZERO));
    executor.task().open(List.of(ZERO));
    executor.deliver(effect("a", "k").build(), slow("b", "k"));
    executor.awaitSettled();
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getScope()).isEqualTo("b"));
    assertThat(executor.decisions())
        .containsExactlyInAnyOrder(CallDecision.SILENT, CallDecision.FAILED);
  }

  @Test
  void afterARevocationNoCallIsBegunAndWhatIsAnsweredIsStillReported() {
    executor.with("tool.slow.concurrency", "1").started();
    executor.deliver(slow("a", "k"), slow("b", "k"));
    executor.await().until(() -> executor.tools.calls("/slow").size() == 1);
    executor.task().close(List.of(ZERO));
    slow.countDown();
    executor.await().until(() -> executor.outcomes().size() == 1);
    executor.task().stop();
    assertThat(executor.tools.calls("/slow")).hasSize(1);
    assertThat(executor.outcomes()).hasSize(1);
  }

  @Test
  void aStopWaitsForTheAnswersThatAreAboutToCome() {
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          slow.countDown();
          slow.await();
          ToolServer.answer(e, 200, "{}");
        });
    executor.started();
    executor.deliver(effect("a", "k").build());
    executor.await().until(() -> !executor.tools.calls("/pay").isEmpty());
    executor.task().stop();
    assertThat(executor.statuses()).containsExactly(OutcomeStatus.SUCCEEDED);
  }

  @Test
  void aMissingTopicStopsTheStart() {
    executor.with("executions.topic", "not.there");
    assertThatThrownBy(executor::started).hasMessageContaining("not.there");
  }
}
