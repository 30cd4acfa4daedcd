package dev.oncegate.connect;

import static dev.oncegate.connect.ExecutorHarness.effect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.oncegate.connect.route.IdempotencyKey;
import dev.oncegate.schema.ActionExecution;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.CallClass;
import dev.oncegate.schema.CallDecision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a tool is asked, and what becomes of its answer: real HTTP, with every fault. */
class ToolCallsTest {
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private ExecutorHarness executor;

  @BeforeEach
  void make() throws IOException {
    executor = new ExecutorHarness();
  }

  @AfterEach
  void close() {
    executor.close();
  }

  @Test
  void aSuccessIsReportedWithItsBodyAndTracedOnce() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{\"receipt\":\"R-1\"}"));
    executor.started().deliver(effect("run", "k").setAttempt(3).setCorrelationId("c-1").build());
    executor.awaitSettled();
    ActionOutcome outcome = executor.outcomes().get(0);
    assertThat(executor.outcomes()).hasSize(1);
    assertThat(outcome.getScope()).isEqualTo("run");
    assertThat(outcome.getIdempotencyKey()).isEqualTo("k");
    assertThat(outcome.getAttempt()).isEqualTo(3);
    assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.SUCCEEDED);
    assertThat(outcome.getResult()).isEqualTo("{\"receipt\":\"R-1\"}");
    assertThat(outcome.getContentType()).isEqualTo("application/json");
    assertThat(outcome.getErrorCode()).isNull();
    assertThat(outcome.getCorrelationId()).isEqualTo("c-1");
    assertThat(outcome.getExecutorId()).isEqualTo("executor-0");
    assertThat(executor.kafka.sent("agent.outcomes").get(0).key()).isEqualTo("run");
    ActionExecution execution = executor.executions().get(0);
    assertThat(executor.executions()).hasSize(1);
    assertThat(execution.getCall()).isEqualTo(1);
    assertThat(execution.getCallClass()).isEqualTo(CallClass.SUCCESS);
    assertThat(execution.getDecision()).isEqualTo(CallDecision.SUCCEEDED);
    assertThat(execution.getHttpStatus()).isEqualTo(200);
    assertThat(execution.getEffect().getTopic()).isEqualTo("agent.effects");
    assertThat(execution.getActionId()).isEqualTo(IdempotencyKey.of("run", "k"));
  }

  @Test
  void theToolGetsTheCanonicalArgumentsTheKeyAndTheTrace() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{}"));
    executor
        .with("tool.pay.header.X-Tenant", "{{tenant}}")
        .with("tool.pay.secret.header.X-Key", "s3cret");
    executor
        .started()
        .deliver(
            new ConnectHeaders()
                .addBytes("traceparent", TRACE.getBytes(StandardCharsets.UTF_8))
                .addString("tracestate", "a=b")
                .addString("correlation-id", "grüß"),
            effect("run", "k").setTenant("acme").build());
    executor.awaitSettled();
    ToolServer.Call call = executor.tools.calls("/pay").get(0);
    assertThat(call.method()).isEqualTo("POST");
    assertThat(call.body()).isEqualTo("{\"amount\":10,\"to\":\"bob\"}");
    assertThat(call.header("Content-Type")).isEqualTo("application/json");
    assertThat(call.header("Idempotency-Key")).isEqualTo(IdempotencyKey.of("run", "k"));
    assertThat(call.header("traceparent")).isEqualTo(TRACE);
    assertThat(call.header("tracestate")).isEqualTo("a=b");
    assertThat(call.header("X-Correlation-Id")).isEqualTo("gr%C3%BC%C3%9F");
    assertThat(call.header("X-Tenant")).isEqualTo("acme");
    assertThat(call.header("X-Key")).isEqualTo("s3cret");
    assertThat(call.header("User-Agent")).startsWith("oncegate/");
    assertThat(executor.kafka.sent("agent.outcomes").get(0).headers())
        .containsEntry("traceparent", TRACE)
        .containsEntry("correlation-id", "grüß");
  }

  @Test
  void templatesMakeTheRequest() {
    executor.tools.on("/users/a b/mails", (e, call, n) -> ToolServer.answer(e, 201, "{}"));
    executor
        .with("tool.pay.url", executor.tools.url("/users/{{args.user}}/mails?copy={{args.copy?}}"))
        .with("tool.pay.method", "PUT")
        .with("tool.pay.idempotency.quoted", "true")
        .with("tool.pay.body", "{\"subject\":\"Hi {{args.name}}\",\"all\":{{args}}}");
    executor
        .started()
        .deliver(effect("run", "k").setArgs("{\"name\":\"B\\\"ob\",\"user\":\"a b\"}").build());
    executor.awaitSettled();
    ToolServer.Call call = executor.tools.calls("/users").get(0);
    assertThat(call.method()).isEqualTo("PUT");
    assertThat(call.uri()).isEqualTo("/users/a%20b/mails?copy=");
    assertThat(call.body())
        .isEqualTo("{\"subject\":\"Hi B\\\"ob\",\"all\":{\"name\":\"B\\\"ob\",\"user\":\"a b\"}}");
    assertThat(call.header("Idempotency-Key")).startsWith("\"").endsWith("\"").hasSize(66);
    assertThat(executor.statuses()).containsExactly(OutcomeStatus.SUCCEEDED);
  }

  @Test
  void anEffectThatDoesNotFillTheTemplatesFailsWithoutACall() {
    executor.with("tool.pay.body", "{\"to\":{{args.nobody}}}");
    executor.started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.FAILED);
              assertThat(outcome.getErrorCode()).isEqualTo("INVALID_ARGS");
              assertThat(outcome.getErrorMessage()).contains("args.nobody is missing");
            });
    assertThat(executor.tools.calls("/")).isEmpty();
  }

  @Test
  void serverErrorsAreRetriedWithTheSameKeyAndEachCallIsTraced() {
    executor.tools.on(
        "/pay", (e, call, n) -> ToolServer.answer(e, n < 3 ? 500 + n : 200, "{\"n\":" + n + "}"));
    executor.started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.tools.calls("/pay"))
        .hasSize(3)
        .allSatisfy(
            call ->
                assertThat(call.header("Idempotency-Key"))
                    .isEqualTo(IdempotencyKey.of("run", "k")));
    assertThat(executor.executions())
        .extracting(
            ActionExecution::getCall, ActionExecution::getHttpStatus, ActionExecution::getDecision)
        .containsExactly(
            tuple(1, 501, CallDecision.RETRY),
            tuple(2, 502, CallDecision.RETRY),
            tuple(3, 200, CallDecision.SUCCEEDED));
    assertThat(executor.executions().get(0).getRetryDelayMs()).isNotNull();
    assertThat(executor.outcomes()).singleElement().extracting("result").isEqualTo("{\"n\":3}");
  }

  @Test
  void aWriteThatAlwaysFailsUnclearlyIsReportedByNobody() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 500, "{}"));
    executor.with("tool.pay.retry.max.calls", "3").started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.decisions())
        .containsExactly(CallDecision.RETRY, CallDecision.RETRY, CallDecision.SILENT);
    assertThat(executor.executions().get(2).getMayHaveHappened()).isTrue();
    assertThat(executor.outcomes()).isEmpty();
  }

  @Test
  void aReadThatAlwaysFailsFailsTransiently() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 500, "{}"));
    executor.with("tool.pay.retry.max.calls", "2").started();
    executor.deliver(effect("run", "k").setSideEffectClass(SideEffectClass.READ).build());
    executor.awaitSettled();
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.FAILED_TRANSIENT);
              assertThat(outcome.getErrorCode()).isEqualTo("HTTP_500");
            });
  }

  @Test
  void aDestructiveCallIsNotRepeatedUnlessTheToolIsIdempotent() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, n == 1 ? 500 : 200, "{}"));
    executor.tools.on("/safe", (e, call, n) -> ToolServer.answer(e, n == 1 ? 500 : 200, "{}"));
    executor
        .with("tools", "pay,safe")
        .with("tool.safe.url", executor.tools.url("/safe"))
        .with("tool.safe.idempotent", "true")
        .started();
    executor.deliver(
        effect("a", "k").setSideEffectClass(SideEffectClass.DESTRUCTIVE).build(),
        effect("b", "k").setTool("safe").setSideEffectClass(SideEffectClass.DESTRUCTIVE).build());
    executor.awaitSettled();
    assertThat(executor.tools.calls("/pay")).hasSize(1);
    assertThat(executor.tools.calls("/safe")).hasSize(2);
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getScope()).isEqualTo("b"));
  }

  @Test
  void aRefusalIsFinalAndKeepsItsBody() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 422, "{\"why\":\"limit\"}"));
    executor.started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.tools.calls("/pay")).hasSize(1);
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.FAILED);
              assertThat(outcome.getErrorCode()).isEqualTo("HTTP_422");
              assertThat(outcome.getResult()).isEqualTo("{\"why\":\"limit\"}");
            });
  }

  @Test
  void aRedirectIsNotFollowed() {
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          e.getResponseHeaders().add("Location", executor.tools.url("/elsewhere"));
          ToolServer.answer(e, 307, "{}");
        });
    executor.started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.tools.calls("/elsewhere")).isEmpty();
    assertThat(executor.statuses()).containsExactly(OutcomeStatus.FAILED);
  }

  @Test
  void retryAfterIsHonoured() {
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          e.getResponseHeaders().add("Retry-After", "1");
          ToolServer.answer(e, n == 1 ? 429 : 200, "{}");
        });
    executor.started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    List<ActionExecution> executions = executor.executions();
    assertThat(executions).hasSize(2);
    assertThat(executions.get(0).getCallClass()).isEqualTo(CallClass.THROTTLED);
    assertThat(executions.get(0).getRetryDelayMs()).isBetween(1_000L, 1_001L);
    assertThat(executions.get(1).getStartedAt())
        .isAfterOrEqualTo(executions.get(0).getStartedAt().plusMillis(990));
  }

  @Test
  void aRetryAfterBeyondTheDeadlineIsNotWaitedFor() {
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          e.getResponseHeaders().add("Retry-After", "3600");
          ToolServer.answer(e, 429, "{}");
        });
    executor.started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.FAILED_TRANSIENT);
              assertThat(outcome.getErrorCode()).isEqualTo("HTTP_429");
            });
  }

  @Test
  void aToolThatDoesNotAnswerInTimeIsCalledAgainWithTheSameKey() {
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          if (n == 1) {
            executor.tools.closed.await();
          }
          ToolServer.answer(e, 200, "{}");
        });
    executor.with("tool.pay.timeout.ms", "150").started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.executions())
        .extracting(ActionExecution::getCallClass)
        .containsExactly(CallClass.TIMEOUT, CallClass.SUCCESS);
    assertThat(executor.executions().get(0).getLatencyMs()).isGreaterThanOrEqualTo(149);
    assertThat(executor.statuses()).containsExactly(OutcomeStatus.SUCCEEDED);
  }

  @Test
  void anAnswerThatStopsInTheMiddleOfItsBodyCountsAsATimeout() {
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          e.sendResponseHeaders(200, 100);
          e.getResponseBody().write(new byte[] {'{'});
          e.getResponseBody().flush();
          executor.tools.closed.await();
        });
    executor
        .with("tool.pay.timeout.ms", "150")
        .with("tool.pay.retry.max.calls", "1")
        .started()
        .deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.executions())
        .extracting(ActionExecution::getCallClass)
        .containsExactly(CallClass.TIMEOUT);
    assertThat(executor.outcomes()).isEmpty();
  }

  @Test
  void noCallIsMadeAfterTheDeadline() {
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{}"));
    executor.started().deliver(effect("run", "k").setDeadlineAt(Instant.now()).build());
    executor.awaitSettled();
    assertThat(executor.tools.calls("/pay")).isEmpty();
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.FAILED_TRANSIENT);
              assertThat(outcome.getErrorCode()).isEqualTo("DEADLINE_PASSED");
            });
    assertThat(executor.executions())
        .singleElement()
        .satisfies(e -> assertThat(e.getCallClass()).isEqualTo(CallClass.NOT_CALLED));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"200, SUCCEEDED", "422, FAILED", "429, FAILED_TRANSIENT", "503, -"})
  void aCallThatOutlastsTheDeadlineIsReportedLateAndNotRepeated(
      int status, @Nullable OutcomeStatus reported) {
    Instant deadline = Instant.now().plusMillis(300);
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          executor.await().until(() -> Instant.now().isAfter(deadline));
          ToolServer.answer(e, status, "{}");
        });
    executor
        .with("deadline.margin.ms", "0")
        .started()
        .deliver(effect("run", "k").setDeadlineAt(deadline).build());
    executor.awaitSettled();
    assertThat(executor.tools.calls("/pay")).hasSize(1);
    assertThat(executor.statuses()).isEqualTo(reported == null ? List.of() : List.of(reported));
    assertThat(executor.executions())
        .singleElement()
        .satisfies(e -> assertThat(e.getHttpStatus()).isEqualTo(status));
  }

  @Test
  void aConnectionThatBreaksIsAReset() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> breaking =
          CompletableFuture.runAsync(
              () -> {
                try (Socket connection = socket.accept()) {
                  connection.getInputStream().read();
                  connection.setSoLinger(true, 0);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      executor
          .with("tool.pay.url", "http://127.0.0.1:" + socket.getLocalPort() + "/pay")
          .with("tool.pay.retry.max.calls", "1")
          .started()
          .deliver(effect("run", "k").build());
      executor.awaitSettled();
      breaking.join();
    }
    assertThat(executor.executions())
        .extracting(ActionExecution::getCallClass)
        .containsExactly(CallClass.RESET);
    assertThat(executor.outcomes()).isEmpty();
  }

  @Test
  void aToolThatCannotBeReachedFailsTransientlyForNothingHappened() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    executor
        .with("tool.pay.url", "http://127.0.0.1:" + free + "/pay")
        .with("tool.pay.retry.max.calls", "2")
        .started()
        .deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.executions())
        .extracting(ActionExecution::getCallClass)
        .containsExactly(CallClass.NO_CONNECTION, CallClass.NO_CONNECTION);
    assertThat(executor.statuses()).containsExactly(OutcomeStatus.FAILED_TRANSIENT);
  }

  @Test
  void anUnknownToolFailsOrIsLeftToAnother() {
    executor.started().deliver(effect("run", "k").setTool("nobody").build());
    executor.awaitSettled();
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.FAILED);
              assertThat(outcome.getErrorCode()).isEqualTo("NO_SUCH_TOOL");
            });
    executor.with("unknown.tool", "ignore").takeOver(1);
    executor.deliver(effect("run", "k2").setTool("nobody").build());
    executor.awaitSettled();
    assertThat(executor.outcomes()).hasSize(1);
  }

  @Test
  void anEnvelopeHasStatusSelectedHeadersAndBody() {
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          e.getResponseHeaders().add("X-Request-Id", "r-7");
          e.getResponseHeaders().add("X-Secret", "no");
          ToolServer.answer(e, 201, "{\"id\":12345678901234567890}");
        });
    executor
        .with("tool.pay.response.format", "envelope")
        .with("tool.pay.response.headers", "X-Request-Id, X-None")
        .started()
        .deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.outcomes())
        .singleElement()
        .extracting("result")
        .isEqualTo(
            "{\"status\":201,\"headers\":{\"x-request-id\":\"r-7\"},\"body\":{\"id\":12345678901234567890}}");
    assertThat(executor.executions().get(0).getResponseHeaders())
        .containsOnlyKeys("x-request-id")
        .containsEntry("x-request-id", "r-7");
  }

  @Test
  void textInAnotherCharsetIsDecoded() {
    executor.tools.on(
        "/pay",
        (e, call, n) ->
            ToolServer.answer(
                e,
                200,
                "text/plain; charset=ISO-8859-1",
                "grüß".getBytes(StandardCharsets.ISO_8859_1)));
    executor.started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.outcomes()).singleElement().extracting("result").isEqualTo("grüß");
  }

  @Test
  void whatIsTooLargeOrNoTextGoesToTheClaimCheckUnderAStableName(@TempDir Path directory)
      throws Exception {
    byte[] large = "x".repeat(200_000).getBytes(StandardCharsets.UTF_8);
    byte[] binary = {(byte) 0xff, 0, 1};
    executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "text/plain", large));
    executor.tools.on("/png", (e, call, n) -> ToolServer.answer(e, 200, "image/png", binary));
    executor
        .with("tools", "pay,png")
        .with("tool.png.url", executor.tools.url("/png"))
        .with("claim.check.class", "dev.oncegate.connect.claim.FileSystemClaimCheck")
        .with("claim.check.directory", directory.toString())
        .with("claim.check.base.uri", "https://files.example/claims")
        .started();
    executor.deliver(
        effect("run", "k").build(),
        effect("run", "p").setTool("png").build(),
        effect("run", "k").build());
    executor.awaitSettled();
    List<ActionOutcome> outcomes = executor.outcomes();
    assertThat(outcomes).hasSize(3);
    assertThat(outcomes.get(0).getResult()).isNull();
    assertThat(outcomes.get(0).getContentType()).isEqualTo("text/plain");
    assertThat(outcomes.get(0).getResultUri())
        .startsWith("https://files.example/claims/" + IdempotencyKey.of("run", "k") + "-1-")
        .isEqualTo(outcomes.get(2).getResultUri());
    assertThat(Files.readAllBytes(file(directory, outcomes.get(0)))).isEqualTo(large);
    assertThat(Files.readAllBytes(file(directory, outcomes.get(1)))).isEqualTo(binary);
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  private static Path file(Path directory, ActionOutcome outcome) {
    String uri = outcome.getResultUri();
    return directory.resolve(uri.substring(uri.lastIndexOf('/') + 1));
  }

  @Test
  void anAnswerThatCannotBeKeptIsStillASuccess() {
    executor.tools.on(
        "/pay", (e, call, n) -> ToolServer.answer(e, 200, "text/plain", new byte[40_000]));
    executor.started().deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getStatus()).isEqualTo(OutcomeStatus.SUCCEEDED);
              assertThat(outcome.getErrorCode()).isEqualTo("RESULT_NOT_KEPT");
              assertThat(outcome.getErrorMessage()).contains("32768", "no claim check");
              assertThat(outcome.getResult()).isNull();
            });
  }

  @Test
  void thePartOfAnAnswerThatBrokeOffIsNotLeftBehind(@TempDir Path directory) throws Exception {
    executor.tools.on(
        "/pay",
        (e, call, n) -> {
          e.sendResponseHeaders(200, 100_000);
          e.getResponseBody().write(new byte[60_000]);
          e.getResponseBody().flush();
          throw new IOException("break off");
        });
    executor
        .with("tool.pay.retry.max.calls", "1")
        .with("claim.check.class", "dev.oncegate.connect.claim.FileSystemClaimCheck")
        .with("claim.check.directory", directory.toString())
        .started()
        .deliver(effect("run", "k").build());
    executor.awaitSettled();
    assertThat(executor.outcomes()).isEmpty();
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }
}
