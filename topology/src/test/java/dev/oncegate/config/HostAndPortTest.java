package dev.oncegate.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostAndPortTest {

  @ParameterizedTest
  @ValueSource(strings = {"localhost:0", "127.0.0.1:9464", "gate-0.gate.ns.svc:65535", "[::1]:80"})
  void anAddressIsWrittenAsItIsRead(String text) {
    assertThat(HostAndPort.of(text)).hasToString(text);
  }

  @Test
  void bracketsAreNoPartOfTheHost() {
    assertThat(HostAndPort.of("[fe80::1]:80")).isEqualTo(new HostAndPort("fe80::1", 80));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", ":80", "h:65536", "h:-1", "::1:80", "h:80/x", "a b:80"})
  void anythingElseIsNone(String text) {
    assertThat(HostAndPort.of(text)).isNull();
  }
}
