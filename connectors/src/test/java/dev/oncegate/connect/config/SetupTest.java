package dev.oncegate.connect.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.connect.ToolExecutorConnector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.sink.SinkConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code PUT /connector-plugins/…/config/validate} shows of each mistake, at its key. */
class SetupTest {
  private final Map<String, String> settings = new HashMap<>(right());

  private static Map<String, String> right() {
    return Map.of(
        "tools", "transfer,mail",
        "tool.transfer.url", "https://pay.example/v1/{{args.account}}/transfers",
        "tool.mail.url", "https://mail.example/send",
        "kafka.bootstrap.servers", "kafka:9092",
        "schema.registry.url", "http://registry:8081",
        "key.converter", ExecutorConfig.BYTES,
        "value.converter", ExecutorConfig.BYTES);
  }

  private Map<String, List<String>> errors() {
    return new ToolExecutorConnector()
        .validate(settings).configValues().stream()
            .filter(value -> !value.errorMessages().isEmpty())
            .collect(Collectors.toMap(ConfigValue::name, ConfigValue::errorMessages));
  }

  @Test
  void aRightConfigurationHasNoErrors() {
    assertThat(errors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tool.transfer.url | ftp://x/y | an http or https URL",
        "tool.transfer.url | https://u:p@x/y | without user and password",
        "tool.transfer.url | https://{{args.host}}/y | must stand before the first '{{'",
        "tool.transfer.url | https://x{{args.host}}/y | must stand before the first '{{'",
        "tool.transfer.url | https://x/{{args.a | is not closed",
        "tool.transfer.body | {\"a\":{{nothing}}} | stands for nothing",
        "tool.transfer.method | TRACE | String must be one of",
        "tool.transfer.timeout.ms | 0 | at least 1",
        "tool.transfer.concurrency | many | Not a number",
        "tool.transfer.colour | red | is no setting of a tool",
        "tool.transfer.header.Host | x | no name of a header",
        "tool.transfer.header.Content-Length | 1 | no name of a header",
        "tool.transfer.header.A B | x | no name of a header",
        "tool.transfer.header.Authorization | x | set auth.*",
        "tool.transfer.ssl.endpoint.identification.algorithm | none | only https",
        "tool.transfer.ssl.truststore.location | /nowhere/trust.p12 | /nowhere/trust.p12",
        "tool.nobody.url | https://x/ | belongs to no tool that tools names",
        "tools | transfer,a.b | letters, digits, - and _",
        "tools | transfer,transfer | stands there twice",
        "unknown.tool | cry | String must be one of",
        "max.in.flight | 0 | at least 1",
        "value.converter | org.apache.kafka.connect.json.JsonConverter | reads the records itself",
        "key.converter | org.apache.kafka.connect.storage.StringConverter | reads the records itself",
        "schema.registry.url | registry:8081 | http or https URL",
        "claim.check.class | no.such.Class | no.such.Class",
        "claim.check.class | java.lang.String | does not implement dev.oncegate.connect.claim.ClaimCheck",
        "auto.register.schemas | perhaps | either true or false",
        "use.latest.version | true | only allowed with auto.register.schemas=false"
      })
  void aMistakeIsShownAtItsKey(String key, String value, String message) {
    settings.put(key, value);
    Map<String, List<String>> errors = errors();
    assertThat(errors).containsKey(key);
    assertThat(String.join(" ", errors.get(key))).contains(message);
  }

  @ParameterizedTest
  @CsvSource({
    "basic, auth.basic.user",
    "basic, auth.basic.password",
    "bearer, auth.bearer.token",
    "oauth2, auth.oauth2.token.url",
    "oauth2, auth.oauth2.client.id",
    "oauth2, auth.oauth2.client.secret",
  })
  void whatAnAuthenticationNeedsIsAskedForAtItsKey(String auth, String key) {
    settings.put("tool.mail.auth", auth);
    assertThat(errors().get("tool.mail." + key)).containsExactly("is needed for auth=" + auth);
  }

  @ParameterizedTest
  @CsvSource({
    "tools",
    "tool.mail.url",
    "kafka.bootstrap.servers",
    "schema.registry.url",
    "key.converter",
    "value.converter"
  })
  void whatIsMissingIsNamed(String key) {
    settings.remove(key);
    assertThat(errors()).containsKey(key);
  }

  @Test
  void allThatIsWrongWithAToolIsToldAtOnce() {
    settings.put("tool.mail.timeout.ms", "soon");
    settings.put("tool.mail.method", "TRACE");
    settings.put("tool.mail.url", "https://{{args.host}}/send");
    settings.put("tool.mail.auth", "bearer");
    assertThat(errors())
        .containsOnlyKeys(
            "tool.mail.timeout.ms",
            "tool.mail.method",
            "tool.mail.url",
            "tool.mail.auth.bearer.token");
    assertThat(Setup.of(settings).tools()).hasSize(1);
  }

  @Test
  void aMissingConverterComesWithAdvice() {
    settings.remove("value.converter");
    assertThat(String.join(" ", errors().get("value.converter")))
        .contains("set it to " + ExecutorConfig.BYTES);
  }

  @Test
  void aClaimCheckWithoutItsDirectoryIsToldSoAtThatKey() {
    settings.put("claim.check.class", "dev.oncegate.connect.claim.FileSystemClaimCheck");
    assertThat(String.join(" ", errors().get("claim.check.directory")))
        .contains("a directory is expected");
    settings.put("claim.check.directory", "/nowhere/at/all");
    assertThat(String.join(" ", errors().get("claim.check.directory"))).contains("not writable");
  }

  @Test
  void twoToolsOfOneNameAreRefused() {
    settings.put("tool.mail.name", "transfer");
    assertThat(errors().get("tools"))
        .containsExactly("two tools have the name 'transfer' in effects");
  }

  @Test
  void aConfigurationWithMistakesDoesNotStart() {
    settings.put("tool.mail.method", "TRACE");
    settings.put("max.in.flight", "0");
    ToolExecutorConnector connector = new ToolExecutorConnector();
    assertThatThrownBy(() -> connector.start(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("tool.mail.method: ")
        .hasMessageContaining("max.in.flight: ");
  }

  @Test
  void secretsAreNeverShown() {
    settings.put("tool.mail.auth", "oauth2");
    settings.put("tool.mail.auth.oauth2.token.url", "not a url");
    settings.put("tool.mail.auth.oauth2.client.id", "me");
    settings.put("tool.mail.auth.oauth2.client.secret", "s3cret");
    settings.put("tool.transfer.auth", "basic");
    settings.put("tool.transfer.auth.basic.password", "s3cret");
    settings.put("tool.transfer.secret.header.X-Key", "s3cret");
    settings.put("tool.transfer.ssl.key.password", "s3cret");
    settings.put("basic.auth.user.info", "me:s3cret");
    Setup setup = Setup.of(settings);
    assertThat(setup.values().toString()).doesNotContain("s3cret");
    assertThat(setup.tools().toString()).doesNotContain("s3cret");
    assertThatThrownBy(setup::mustBeRight).message().doesNotContain("s3cret");
  }

  @Test
  void aRightSetupPrintsNoSecretEither() {
    settings.put("tool.mail.auth", "bearer");
    settings.put("tool.mail.auth.bearer.token", "s3cret");
    settings.put("tool.transfer.secret.header.X-Key", "s3cret");
    Setup setup = Setup.of(settings);
    assertThat(setup.tools()).hasSize(2);
    assertThat(setup.tools().toString()).doesNotContain("s3cret");
  }

  @Test
  void everySettingIsDocumented() {
    for (ConfigDef definition : List.of(ExecutorConfig.DEFINITION, ToolConfig.DEFINITION)) {
      assertThat(definition.configKeys().values())
          .allSatisfy(key -> assertThat(key.documentation).as(key.name).isNotBlank());
    }
  }

  @Test
  void theConnectorIsFoundByItsServiceAndKnowsItsVersion() {
    assertThat(ServiceLoader.load(SinkConnector.class))
        .anySatisfy(
            connector -> {
              assertThat(connector).isInstanceOf(ToolExecutorConnector.class);
              assertThat(connector.version()).matches("[0-9]+\\.[0-9]+.*");
            });
  }

  @Test
  void eachTaskGetsTheSettingsAndANumber() {
    ToolExecutorConnector connector = new ToolExecutorConnector();
    connector.start(settings);
    assertThat(connector.taskConfigs(3))
        .hasSize(3)
        .allSatisfy(task -> assertThat(task).containsAllEntriesOf(settings))
        .extracting(task -> task.get("oncegate.task"))
        .containsExactly("0", "1", "2");
  }
}
