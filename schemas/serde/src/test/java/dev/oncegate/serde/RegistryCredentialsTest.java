package dev.oncegate.serde;

import static dev.oncegate.serde.Samples.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.schema.ActionCommand;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistryCredentialsTest {
  private final FakeRegistry registry = new FakeRegistry();

  @AfterEach
  void closeRegistry() {
    registry.close();
  }

  private static String basic(String userInfo) {
    return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }

  private void ask(SchemaRegistryClient client) {
    assertThat(client.idOf("s-value", ActionCommand.getClassSchema())).isEqualTo(7);
  }

  @Test
  void userAndPasswordAreTakenFromTheUrlAndDecoded() {
    registry.require(basic("alice:p@ß/word"));

    ask(client(registry.url().replace("http://", "http://alice:p%40%C3%9F%2Fword@")));
  }

  @Test
  void userAndPasswordAreTakenFromUserInfo() {
    registry.require(basic("alice:secret"));

    ask(
        client(
            registry.url(),
            "basic.auth.credentials.source",
            "USER_INFO",
            "basic.auth.user.info",
            "alice:secret"));
  }

  @Test
  void theOlderNameOfUserInfoWorks() {
    registry.require(basic("alice:secret"));

    ask(
        client(
            registry.url(),
            "basic.auth.credentials.source",
            "USER_INFO",
            "schema.registry.basic.auth.user.info",
            "alice:secret"));
  }

  @Test
  void aBearerTokenIsSent() {
    registry.require("Bearer a.b.c");

    ask(
        client(
            registry.url(),
            "bearer.auth.credentials.source",
            "STATIC_TOKEN",
            "bearer.auth.token",
            "a.b.c"));
  }

  @Test
  void withoutCredentialsNoneAreSent() {
    ask(client(registry.url()));

    assertThat(registry.requests().get(0).authorization()).isNull();
  }

  @Test
  void wrongCredentialsAreTimelyToldWithoutThePassword() {
    registry.require(basic("alice:right"));
    SchemaRegistryClient client = client(registry.url().replace("http://", "http://alice:secret@"));

    assertThatThrownBy(() -> ask(client))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("answered 401")
        .hasMessageNotContaining("secret");
    assertThat(registry.asked()).hasSize(1);
  }
}
