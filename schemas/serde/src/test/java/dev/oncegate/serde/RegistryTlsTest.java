package dev.oncegate.serde;

import static dev.oncegate.serde.Samples.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.schema.ActionCommand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTlsTest {
  private static final String PASSWORD = "changeit";
  private static final String SSL = "schema.registry.ssl.";

  @TempDir static Path stores;

  @BeforeAll
  static void makeKeys() throws Exception {
    keyPair("server", "SAN=ip:127.0.0.1");
    keyPair("elsewhere", "SAN=dns:elsewhere.example");
    keyPair("client", "SAN=dns:client.example");
  }

  /**
   * A key store with a self-signed certificate, a trust store with it, and the certificate as PEM.
   */
  private static void keyPair(String name, String extension) throws Exception {
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-ext",
        extension,
        "-validity",
        "9",
        "-keystore",
        store(name),
        "-storetype",
        "PKCS12");
    keytool("-exportcert", "-rfc", "-alias", name, "-keystore", store(name), "-file", pem(name));
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        name,
        "-file",
        pem(name),
        "-keystore",
        store(name + "-trust"),
        "-storetype",
        "JKS");
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.add(0, Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static String store(String name) {
    return stores.resolve(name + ".store").toString();
  }

  private static String pem(String name) {
    return stores.resolve(name + ".pem").toString();
  }

  private static KeyStore load(String name) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(Path.of(store(name)))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private static FakeRegistry registry(String name, boolean clientCertificate) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(name), PASSWORD.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(load("client-trust"));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return new FakeRegistry(context, clientCertificate);
  }

  private static int ask(SchemaRegistryClient client) {
    return client.idOf("s-value", ActionCommand.getClassSchema());
  }

  private static String[] trusting(String name, String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                SSL + "truststore.location",
                store(name + "-trust"),
                SSL + "truststore.password",
                PASSWORD));
    settings.addAll(List.of(more));
    return settings.toArray(String[]::new);
  }

  @Test
  void aTrustedCertificateIsAccepted() throws Exception {
    try (FakeRegistry registry = registry("server", false)) {
      assertThat(ask(client(registry.url(), trusting("server")))).isEqualTo(7);
    }
  }

  @Test
  void aCertificateMayBeTrustedAsPem() throws Exception {
    try (FakeRegistry registry = registry("server", false)) {
      assertThat(
              ask(
                  client(
                      registry.url(),
                      SSL + "truststore.type",
                      "PEM",
                      SSL + "truststore.location",
                      pem("server"))))
          .isEqualTo(7);
      assertThat(
              ask(
                  client(
                      registry.url(),
                      SSL + "truststore.type",
                      "PEM",
                      SSL + "truststore.certificates",
                      Files.readString(Path.of(pem("server"))))))
          .isEqualTo(7);
    }
  }

  @Test
  void anUntrustedCertificateIsRefused() throws Exception {
    try (FakeRegistry registry = registry("server", false)) {
      assertThatThrownBy(() -> ask(client(registry.url(), "max.retries", "0")))
          .isInstanceOf(RegistryUnavailableException.class)
          .hasMessageContaining("SSLHandshakeException");
      assertThatThrownBy(
              () -> ask(client(registry.url(), trusting("elsewhere", "max.retries", "0"))))
          .isInstanceOf(RegistryUnavailableException.class);
      assertThat(registry.asked()).isEmpty();
    }
  }

  @Test
  void aCertificateOfAnotherHostIsRefusedUnlessNamesDoNotMatter() throws Exception {
    try (FakeRegistry registry = registry("elsewhere", false)) {
      assertThatThrownBy(
              () -> ask(client(registry.url(), trusting("elsewhere", "max.retries", "0"))))
          .isInstanceOf(RegistryUnavailableException.class);

      String any = SSL + "endpoint.identification.algorithm";
      assertThat(ask(client(registry.url(), trusting("elsewhere", any, "")))).isEqualTo(7);
      assertThatThrownBy(
              () -> ask(client(registry.url(), trusting("server", any, "", "max.retries", "0"))))
          .isInstanceOf(RegistryUnavailableException.class);
    }
  }

  @Test
  void theClientsCertificateIsShown() throws Exception {
    String[] keys = {
      SSL + "keystore.location",
      store("client"),
      SSL + "keystore.password",
      PASSWORD,
      SSL + "keystore.type",
      "PKCS12"
    };
    try (FakeRegistry registry = registry("server", true)) {
      assertThat(ask(client(registry.url(), trusting("server", keys)))).isEqualTo(7);
      List<String> anyName = new ArrayList<>(List.of(keys));
      anyName.addAll(List.of(SSL + "endpoint.identification.algorithm", ""));
      assertThat(ask(client(registry.url(), trusting("server", anyName.toArray(String[]::new)))))
          .isEqualTo(7);
      assertThatThrownBy(() -> ask(client(registry.url(), trusting("server", "max.retries", "0"))))
          .isInstanceOf(RegistryUnavailableException.class);
    }
  }

  @Test
  void aStoreThatCannotBeReadIsToldBeforeTheFirstCall() {
    assertThatThrownBy(
            () ->
                client(
                    "https://localhost:1",
                    SSL + "truststore.location",
                    store("server-trust"),
                    SSL + "truststore.password",
                    "wrong"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.ssl")
        .hasMessageContaining("password");
    assertThatThrownBy(
            () ->
                client(
                    "https://localhost:1",
                    SSL + "keystore.location",
                    "/none",
                    SSL + "keystore.password",
                    "x"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("/none");
  }
}
