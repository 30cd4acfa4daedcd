package dev.oncegate.gate.serde;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** The TLS context of {@code schema.registry.ssl.*}. */
final class RegistryTls {
  private static final String SSL = "schema.registry.ssl.";

  private RegistryTls() {}

  static SSLContext context(RegistryConfig config) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(config), trustManagers(config), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new ConfigException(SSL + "*: " + e.getMessage());
    }
  }

  private static KeyManager @Nullable [] keyManagers(RegistryConfig config) throws GeneralSecurityException {
    KeyStore keys = store(config, "keystore");
    if (keys == null) {
      return null;
    }
    Password password = config.getPassword(SSL + "key.password");
    char[] secret = secret(password != null ? password : config.getPassword(SSL + "keystore.password"));
    KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, secret);
    return factory.getKeyManagers();
  }

  private static TrustManager @Nullable [] trustManagers(RegistryConfig config) throws GeneralSecurityException {
    KeyStore trusted = store(config, "truststore");
    if (trusted == null) {
      return null;
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory.getTrustManagers();
  }

  private static @Nullable KeyStore store(RegistryConfig config, String which) throws GeneralSecurityException {
    String key = SSL + which + ".location";
    String location = config.getString(key);
    if (location == null) {
      return null;
    }
    KeyStore store = KeyStore.getInstance(config.getString(SSL + which + ".type"));
    try (InputStream in = Files.newInputStream(Path.of(location))) {
      store.load(in, secret(config.getPassword(SSL + which + ".password")));
      return store;
    } catch (IOException e) {
      throw new ConfigException(key, location, "cannot be read: " + e.getMessage());
    }
  }

  private static char @Nullable [] secret(@Nullable Password password) {
    return password == null ? null : password.value().toCharArray();
  }
}
