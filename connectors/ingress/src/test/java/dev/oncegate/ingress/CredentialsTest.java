package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.config.GateConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialsTest {
  private static final String HASH = Credentials.hashOf("secret");
  private static final String OTHER_HASH = Credentials.hashOf("other");

  @TempDir private Path directory;

  private Path file(String json) throws IOException {
    return Files.writeString(directory.resolve("callers.json"), json.replace('\'', '"'));
  }

  private IngressConfig config(Map<String, String> settings) {
    return IngressConfig.of(GateConfig.of(new TreeMap<>(settings)));
  }

  @Test
  void aTokenIsKnownByItsHashAndIsTheCallersTenantAndAgent() throws IOException {
    Credentials credentials =
        Credentials.read(
            file(
                "{'callers':[{'name':'b','token_sha256':'%s','tenant':'acme','agent':'biller'}]}"
                    .formatted(HASH)));
    assertThat(credentials.caller("Bearer secret", null))
        .isEqualTo(new Caller("b", "acme", "biller", "acme:"));
    assertThat(credentials.caller("bearer secret ", null).name()).isEqualTo("b");
  }

  @Test
  void whoIsNotKnownIsRefused() throws IOException {
    Credentials credentials =
        Credentials.read(file("{'callers':[{'name':'b','token_sha256':'%s'}]}".formatted(HASH)));
    for (String authorization :
        new String[] {
          "Bearer other", "Bearer ", "Bearer " + HASH, "Basic secret", "secret", null
        }) {
      assertThatThrownBy(() -> credentials.caller(authorization, null))
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.problem()).isEqualTo(ProblemType.UNAUTHENTICATED));
    }
  }

  @Test
  void anybodyMayWhereThatIsSaid() {
    assertThat(config(Map.of("ingress.anonymous", "true")).credentials().caller(null, null))
        .isEqualTo(Caller.ANYBODY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|callers is no list",
        "{'callers':[]}|callers is no list",
        "{'callers':[{'token_sha256':'H'}]}|callers[0].name is missing",
        "{'callers':[{'name':'b'}]}|needs one of",
        "{'callers':[{'name':'b','token_sha256':'H','certificate_subject':'CN=b'}]}|needs one of",
        "{'callers':[{'name':'b','token_sha256':'secret'}]}|64 hexadecimal",
        "{'callers':[{'name':'b','token':'secret'}]}|callers[0].token is not known",
        "{'callers':[{'name':'b','token_sha256':7}]}|token_sha256 is no text",
        "{'callers':[{'name':'b','token_sha256':'H'},{'name':'c','token_sha256':'H'}]}|has the credential of b",
        "{'callers':[{'name':'b','certificate_subject':'nonsense'}]}|nonsense",
        "{'callers':[{'name':'b','token_sha256':'H','tenant':'a'},{'name':'c','token_sha256':'O','tenant':'a:x'}]}|overlaps",
        "nonsense|callers.json",
      })
  void aFileThatIsWrongIsRefusedWithTheReason(String json, String reason) throws IOException {
    Path file = file(json.replace("'H'", "'" + HASH + "'").replace("'O'", "'" + OTHER_HASH + "'"));
    assertThatThrownBy(() -> Credentials.read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ingress.credentials.file")
        .hasMessageContaining(reason);
  }

  @Test
  void aTenantMayShareItsRunsAndOneWithoutATenantMayHaveAny() throws IOException {
    assertThat(
            Credentials.read(
                    file(
                        "{'callers':[{'name':'b','token_sha256':'%s','tenant':'a'},{'name':'c','token_sha256':'%s','run_prefix':''}]}"
                            .formatted(HASH, OTHER_HASH)))
                .caller("Bearer other", null)
                .runPrefix())
        .isEmpty();
  }

  @Test
  void whoMayActHasToBeSaidInOneWay() throws IOException {
    assertThatThrownBy(() -> config(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ingress.credentials.file")
        .hasMessageContaining("ingress.anonymous=true");
    Path file = file("{'callers':[{'name':'b','token_sha256':'%s'}]}".formatted(HASH));
    assertThatThrownBy(
            () ->
                config(
                    Map.of(
                        "ingress.credentials.file", file.toString(), "ingress.anonymous", "true")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("one of the two");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ingress.port|70000|ingress.port",
        "ingress.prot|1|ingress.prot is no setting",
        "ingress.request.max.bytes|many|ingress.request.max.bytes",
        "ingress.batch.max.actions|2000|at most ingress.waiting.max, which is 1000",
        "ingress.ssl.client.auth|required|ingress.ssl.keystore.location",
        "ingress.ssl.client.auth|wanted|ingress.ssl.client.auth",
        "gate.scope|planet|gate.scope",
      })
  void aWrongSettingIsRefusedByName(String key, String value, String message) {
    assertThatThrownBy(() -> config(Map.of("ingress.anonymous", "true", key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whereAgentOrTenantIsTheScopeEveryCallerHasOne() throws IOException {
    Path file = file("{'callers':[{'name':'b','token_sha256':'%s','tenant':'a'}]}".formatted(HASH));
    assertThatThrownBy(
            () ->
                config(Map.of("ingress.credentials.file", file.toString(), "gate.scope", "agent")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("b has no agent");
    assertThat(
            config(Map.of("ingress.credentials.file", file.toString(), "gate.scope", "tenant"))
                .scope())
        .hasToString("TENANT");
  }
}
