package dev.oncegate.connect;

import static dev.oncegate.connect.ExecutorHarness.effect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionExecution;
import dev.oncegate.schema.CallClass;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticationTest {
  private static final String PASSWORD = "changeit";

  @Test
  void basic() throws IOException {
    try (ExecutorHarness executor = new ExecutorHarness()) {
      executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{}"));
      executor
          .with("tool.pay.auth", "basic")
          .with("tool.pay.auth.basic.user", "me")
          .with("tool.pay.auth.basic.password", "pä:ss")
          .started()
          .deliver(effect("run", "k").build());
      executor.awaitSettled();
      String header = executor.tools.calls("/pay").get(0).header("Authorization");
      assertThat(header).startsWith("Basic ");
      assertThat(Base64.getDecoder().decode(header.substring(6)))
          .asString(StandardCharsets.UTF_8)
          .isEqualTo("me:pä:ss");
    }
  }

  @Test
  void bearer() throws IOException {
    try (ExecutorHarness executor = new ExecutorHarness()) {
      executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{}"));
      executor
          .with("tool.pay.auth", "bearer")
          .with("tool.pay.auth.bearer.token", "t-1")
          .started()
          .deliver(effect("run", "k").build());
      executor.awaitSettled();
      assertThat(executor.tools.calls("/pay").get(0).header("Authorization"))
          .isEqualTo("Bearer t-1");
    }
  }

  private static ExecutorHarness oauth2(ExecutorHarness executor) {
    return executor
        .with("tool.pay.auth", "oauth2")
        .with("tool.pay.auth.oauth2.token.url", executor.tools.url("/token"))
        .with("tool.pay.auth.oauth2.client.id", "me")
        .with("tool.pay.auth.oauth2.client.secret", "s&c")
        .with("tool.pay.auth.oauth2.scope", "pay write");
  }

  @Test
  void oneTokenServesManyCallsAndIsFetchedAgainWhenTheToolRefusesIt() throws IOException {
    try (ExecutorHarness executor = new ExecutorHarness()) {
      executor.tools.on(
          "/token",
          (e, call, n) ->
              ToolServer.answer(e, 200, "{\"access_token\":\"t-" + n + "\",\"expires_in\":3600}"));
      executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{}"));
      oauth2(executor).started();
      executor.deliver(
          IntStream.range(0, 20)
              .mapToObj(i -> effect("r" + i, "k").build())
              .toArray(ActionEffect[]::new));
      executor.awaitSettled();
      assertThat(executor.tools.calls("/token"))
          .singleElement()
          .satisfies(
              call -> {
                assertThat(call.body()).isEqualTo("grant_type=client_credentials&scope=pay+write");
                assertThat(call.header("Authorization"))
                    .isEqualTo(
                        "Basic "
                            + Base64.getEncoder()
                                .encodeToString("me:s%26c".getBytes(StandardCharsets.UTF_8)));
              });
      assertThat(executor.tools.calls("/pay"))
          .hasSize(20)
          .allSatisfy(call -> assertThat(call.header("Authorization")).isEqualTo("Bearer t-1"));
      executor.tools.on(
          "/pay",
          (e, call, n) ->
              ToolServer.answer(
                  e, "Bearer t-2".equals(call.header("Authorization")) ? 200 : 401, "{}"));
      executor.deliver(effect("late", "k").build());
      executor.awaitSettled();
      assertThat(executor.executions().subList(20, 22))
          .extracting(ActionExecution::getCallClass)
          .containsExactly(CallClass.NO_TOKEN, CallClass.SUCCESS);
      assertThat(executor.tools.calls("/token")).hasSize(2);
    }
  }

  @Test
  void aFreshTokenThatIsRefusedIsAFinalRefusal() throws IOException {
    try (ExecutorHarness executor = new ExecutorHarness()) {
      executor.tools.on(
          "/token", (e, call, n) -> ToolServer.answer(e, 200, "{\"access_token\":\"t\"}"));
      executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 401, "{}"));
      oauth2(executor).started().deliver(effect("run", "k").build());
      executor.awaitSettled();
      assertThat(executor.tools.calls("/pay")).hasSize(1);
      assertThat(executor.outcomes())
          .singleElement()
          .extracting("error_code")
          .isEqualTo("HTTP_401");
    }
  }

  @Test
  void withoutATokenNothingIsSentAndEvenADestructiveActionFailsTransiently() throws IOException {
    try (ExecutorHarness executor = new ExecutorHarness()) {
      executor.tools.on(
          "/token", (e, call, n) -> ToolServer.answer(e, 400, "{\"error\":\"s&c is wrong\"}"));
      oauth2(executor)
          .with("tool.pay.auth.oauth2.client.auth", "form")
          .started()
          .deliver(effect("run", "k").setSideEffectClass(SideEffectClass.DESTRUCTIVE).build());
      executor.awaitSettled();
      assertThat(executor.tools.calls("/pay")).isEmpty();
      assertThat(executor.tools.calls("/token").get(0).body())
          .isEqualTo(
              "grant_type=client_credentials&scope=pay+write&client_id=me&client_secret=s%26c");
      assertThat(executor.statuses()).containsExactly(OutcomeStatus.FAILED_TRANSIENT);
      assertThat(executor.executions().get(0).getMessage())
          .contains("the token endpoint answered 400")
          .doesNotContain("s&c");
    }
  }

  @Test
  void aTokenEndpointThatHangsIsNoCallOfTheTool() throws IOException {
    try (ExecutorHarness executor = new ExecutorHarness()) {
      executor.tools.on("/token", (e, call, n) -> executor.tools.closed.await());
      oauth2(executor)
          .with("tool.pay.timeout.ms", "100")
          .with("tool.pay.retry.max.calls", "1")
          .started()
          .deliver(effect("run", "k").build());
      executor.awaitSettled();
      assertThat(executor.executions())
          .extracting(ActionExecution::getCallClass)
          .containsExactly(CallClass.NO_TOKEN);
      assertThat(executor.statuses()).containsExactly(OutcomeStatus.FAILED_TRANSIENT);
    }
  }

  @Test
  void aTokenThatComesAfterTheDeadlineIsNotUsedForACall() throws IOException {
    try (ExecutorHarness executor = new ExecutorHarness()) {
      executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{}"));
      CountDownLatch late = new CountDownLatch(1);
      executor.tools.on(
          "/token",
          (e, call, n) -> {
            late.await();
            ToolServer.answer(e, 200, "{\"access_token\":\"t\",\"expires_in\":3600}");
          });
      oauth2(executor)
          .with("deadline.margin.ms", "0")
          .started()
          .deliver(effect("late", "k").setDeadlineAt(Instant.now().plusMillis(200)).build());
      executor.awaitSettled();
      assertThat(executor.statuses()).containsExactly(OutcomeStatus.FAILED_TRANSIENT);
      late.countDown();
      executor.deliver(effect("next", "k").build());
      executor.awaitSettled();
      assertThat(executor.tools.calls("/pay")).hasSize(1);
      assertThat(executor.statuses())
          .containsExactly(OutcomeStatus.FAILED_TRANSIENT, OutcomeStatus.SUCCEEDED);
    }
  }

  @Test
  void aClientCertificateIsShown(@TempDir Path directory) throws Exception {
    Path server = keyStore(directory, "server", "CN=localhost");
    Path client = keyStore(directory, "client", "CN=executor");
    Path serverCertificate = certificate(directory, server, "server");
    Path clientCertificate = certificate(directory, client, "client");
    Path trustOfClient = trustStore(directory, "trust-of-client", serverCertificate);
    Path trustOfServer = trustStore(directory, "trust-of-server", clientCertificate);
    try (ExecutorHarness executor =
        new ExecutorHarness(new ToolServer(context(server, trustOfServer)))) {
      executor.tools.on("/pay", (e, call, n) -> ToolServer.answer(e, 200, "{}"));
      executor
          .with("tools", "pay,bare")
          .with("tool.bare.url", executor.tools.url("/pay"))
          .with("tool.bare.retry.max.calls", "1");
      for (String tool : List.of("pay", "bare")) {
        executor
            .with("tool." + tool + ".ssl.truststore.location", trustOfClient.toString())
            .with("tool." + tool + ".ssl.truststore.password", PASSWORD)
            .with("tool." + tool + ".ssl.truststore.type", "PKCS12");
      }
      executor
          .with("tool.pay.ssl.keystore.location", client.toString())
          .with("tool.pay.ssl.keystore.password", PASSWORD)
          .with("tool.pay.ssl.keystore.type", "PKCS12")
          .started();
      executor.deliver(effect("a", "k").build(), effect("b", "k").setTool("bare").build());
      executor.awaitSettled();
      assertThat(executor.tools.calls("/pay")).hasSize(1);
      assertThat(executor.outcomes())
          .filteredOn(outcome -> outcome.getStatus() == OutcomeStatus.SUCCEEDED)
          .singleElement()
          .satisfies(outcome -> assertThat(outcome.getScope()).isEqualTo("a"));
    }
  }

  private static Path keyStore(Path directory, String name, String subject) throws Exception {
    Path store = directory.resolve(name + ".p12");
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        subject,
        "-ext",
        "san=dns:localhost",
        "-keystore",
        store.toString(),
        "-storetype",
        "PKCS12");
    return store;
  }

  private static Path certificate(Path directory, Path store, String name) throws Exception {
    Path certificate = directory.resolve(name + ".cer");
    keytool(
        "-exportcert",
        "-alias",
        name,
        "-keystore",
        store.toString(),
        "-file",
        certificate.toString());
    return certificate;
  }

  private static Path trustStore(Path directory, String name, Path certificate) throws Exception {
    Path store = directory.resolve(name + ".p12");
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        name,
        "-keystore",
        store.toString(),
        "-storetype",
        "PKCS12",
        "-file",
        certificate.toString());
    return store;
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private static SSLContext context(Path keys, Path trust) throws Exception {
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(load(keys), PASSWORD.toCharArray());
    TrustManagerFactory trustManagers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(load(trust));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return context;
  }

  private static KeyStore load(Path store) throws Exception {
    KeyStore loaded = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      loaded.load(in, PASSWORD.toCharArray());
    }
    return loaded;
  }
}
