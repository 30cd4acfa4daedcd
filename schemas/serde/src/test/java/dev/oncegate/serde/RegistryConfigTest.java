package dev.oncegate.serde;

import static dev.oncegate.serde.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryConfigTest {
  private static final String URL = "http://localhost:8081";

  @ParameterizedTest
  @CsvSource({
    "specific.avro.reader, true",
    "schema.reflection, false",
    "avro.reflection.allow.null, false",
    "avro.remove.java.properties, false",
    "avro.use.logical.type.converters, true",
    "avro.use.logical.type.converters, false",
    "latest.compatibility.strict, true",
    "id.compatibility.strict, true",
    "use.schema.id, -1",
    "context.name.strategy, io.confluent.kafka.serializers.context.NullContextNameStrategy",
    "value.subject.name.strategy, io.confluent.kafka.serializers.subject.RecordNameStrategy",
    "key.subject.name.strategy, io.confluent.kafka.serializers.subject.TopicRecordNameStrategy",
    "schema.registry.ssl.endpoint.identification.algorithm, ''",
    "schema.registry.ssl.endpoint.identification.algorithm, https",
    "schema.registry.ssl.protocol, TLSv1.3",
    "max.retries, 5",
    "http.connect.timeout.ms, 100",
    "proxy.host, proxy",
    // Of others, and none of our business.
    "retries, 3",
    "ssl.truststore.location, /none",
    "value.deserializer, x"
  })
  void whatUsersOfTheRealSerializerSetIsAccepted(String key, String value) {
    assertThatCode(() -> new RegistryConfig(settings(URL, key, value))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "specific.avro.reader, false, supported is only true",
    "avro.remove.java.properties, true, supported is only false",
    "use.schema.id, 7, supported is only -1",
    "use.latest.with.metadata, x, is not supported",
    "schema.registry.nonsense, x, is not supported",
    "schema.registry.ssl.nonsense, x, is not supported",
    "schema.registry.ssl.engine.factory.class, org.apache.kafka.common.security.ssl.DefaultSslEngineFactory, set key",
    "schema.registry.ssl.endpoint.identification.algorithm, ldaps, allowed are https",
    "rule.executors, x, is not supported",
    "bearer.auth.issuer.endpoint.url, x, is not supported",
    "bearer.auth.credentials.source, OAUTHBEARER, allowed is STATIC_TOKEN",
    "bearer.auth.credentials.source, STATIC_TOKEN, needs bearer.auth.token",
    "basic.auth.credentials.source, SASL_INHERIT, USER_INFO",
    "basic.auth.credentials.source, USER_INFO, needs basic.auth.user.info",
    "value.subject.name.strategy, com.example.Own, allowed are TopicNameStrategy",
    "use.latest.version, true, only allowed with auto.register.schemas=false",
    "auto.register.schemas, maybe, Expected value to be either true or false",
    "max.retries, -1, Value must be at least 0"
  })
  void whatIsNotSupportedIsRefusedLoudly(String key, String value, String said) {
    assertThatThrownBy(() -> new RegistryConfig(settings(URL, key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:8081",
        "ftp://user:secret@host",
        "http://",
        "http://user:secret@ho st/"
      })
  void aUrlThatIsNoneIsRefusedWithoutTellingItsPassword(String url) {
    assertThatThrownBy(() -> new RegistryConfig(settings(url)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url")
        .hasMessageNotContaining("secret");
  }

  @Test
  void theUrlIsRequired() {
    assertThatThrownBy(() -> new RegistryConfig(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url");
  }

  @Test
  void twoKindsOfCredentialsExcludeEachOther() {
    assertThatThrownBy(
            () ->
                new RegistryConfig(
                    settings(
                        URL,
                        "basic.auth.credentials.source",
                        "USER_INFO",
                        "basic.auth.user.info",
                        "u:p",
                        "bearer.auth.credentials.source",
                        "STATIC_TOKEN",
                        "bearer.auth.token",
                        "t")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("exclude each other");
  }

  @Test
  void passwordsAreNotPrinted() {
    RegistryConfig config =
        new RegistryConfig(
            settings(
                URL,
                "basic.auth.credentials.source",
                "USER_INFO",
                "basic.auth.user.info",
                "u:secret"));

    assertThat(config.userInfo()).isEqualTo("u:secret");
    assertThat(config.values().toString()).doesNotContain("secret");
  }
}
