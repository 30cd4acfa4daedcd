package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Key stores of a server and of a caller, made by the JDK's keytool.
 *
 * @param trusted both certificates
 */
record TestKeys(Path server, Path caller, Path trusted) {
  static final String PASSWORD = "changeit";

  static TestKeys make(Path directory) throws Exception {
    TestKeys keys =
        new TestKeys(
            directory.resolve("server.p12"),
            directory.resolve("caller.p12"),
            directory.resolve("trusted.p12"));
    keys.pair("server", "CN=localhost", keys.server);
    // Not spelled as the credentials file has it: names are compared, not texts.
    keys.pair("caller", "cn=caller, o=acme", keys.caller);
    return keys;
  }

  private void pair(String name, String subject, Path store) throws Exception {
    keytool(
        "-genkeypair -alias %s -keyalg EC -dname".formatted(name),
        subject,
        "-ext san=ip:127.0.0.1 -keystore " + store);
    Path certificate = store.resolveSibling(name + ".pem");
    keytool("-exportcert -rfc -alias %s -file %s -keystore %s".formatted(name, certificate, store));
    keytool(
        "-importcert -noprompt -alias %s -file %s -keystore %s"
            .formatted(name, certificate, trusted));
  }

  /** Blanks separate arguments, but those of the second. */
  private static void keytool(String... parts) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    for (int i = 0; i < parts.length; i++) {
      command.addAll(i == 1 ? List.of(parts[i]) : List.of(parts[i].split(" ")));
    }
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
  }

  /** A client that trusts the server and shows the certificate of a store; null: none. */
  HttpClient client(@Nullable Path own) throws Exception {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(load(trusted));
    KeyManagerFactory shown = KeyManagerFactory.getInstance("PKIX");
    shown.init(own == null ? null : load(own), PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(own == null ? null : shown.getKeyManagers(), trust.getTrustManagers(), null);
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build();
  }

  private static KeyStore load(Path file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }
}
