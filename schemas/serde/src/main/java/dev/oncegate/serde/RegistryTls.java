package dev.oncegate.serde;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS as {@code schema.registry.ssl.*} sets it. Stores are read by Kafka's own reader, so that
 * every type and key that works for brokers (JKS, PKCS12, PEM files, PEM in the setting) works
 * here.
 */
record RegistryTls(SSLContext context, SSLParameters parameters) {

  /**
   * @throws ConfigException where a store cannot be read
   */
  static RegistryTls of(RegistryConfig config) {
    Map<String, Object> settings = config.tls();
    try (DefaultSslEngineFactory stores = new DefaultSslEngineFactory()) {
      stores.configure(settings);
      Object nameCheck = settings.get(SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG);
      boolean anyName = nameCheck == null || nameCheck.equals("");
      return new RegistryTls(
          anyName ? trustingAnyName(stores, settings) : stores.sslContext(),
          new SSLParameters(
              array(settings.get(SslConfigs.SSL_CIPHER_SUITES_CONFIG)),
              array(settings.get(SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG))));
    } catch (KafkaException | GeneralSecurityException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ConfigException(
          "schema.registry.ssl.*: %s (%s)".formatted(e.getMessage(), cause.getMessage()));
    }
  }

  private static String @Nullable [] array(@Nullable Object list) {
    return list instanceof List<?> names && !names.isEmpty() ? names.toArray(String[]::new) : null;
  }

  /** Checks the chain of certificates, and not whether their name is the host's. */
  private static SSLContext trustingAnyName(
      DefaultSslEngineFactory stores, Map<String, Object> settings)
      throws GeneralSecurityException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(stores.truststore());
    TrustManager[] checks =
        Arrays.stream(trust.getTrustManagers())
            .map(
                manager ->
                    manager instanceof X509ExtendedTrustManager chains
                        ? new ChainOnly(chains)
                        : manager)
            .toArray(TrustManager[]::new);
    SSLContext context =
        SSLContext.getInstance((String) settings.get(SslConfigs.SSL_PROTOCOL_CONFIG));
    context.init(keyManagers(stores.keystore(), settings), checks, null);
    return context;
  }

  private static KeyManager @Nullable [] keyManagers(
      @Nullable KeyStore keys, Map<String, Object> settings) throws GeneralSecurityException {
    if (keys == null) {
      return null;
    }
    Password ofKey = (Password) settings.get(SslConfigs.SSL_KEY_PASSWORD_CONFIG);
    Password password =
        ofKey != null ? ofKey : (Password) settings.get(SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, password == null ? null : password.value().toCharArray());
    return factory.getKeyManagers();
  }

  /**
   * The host's name is compared in the variants with a socket or an engine; the plain ones look at
   * the chain alone.
   */
  private static final class ChainOnly extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager chains;

    ChainOnly(X509ExtendedTrustManager chains) {
      this.chains = chains;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      chains.checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      chains.checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      chains.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      chains.checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      chains.checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      chains.checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return chains.getAcceptedIssuers();
    }
  }
}
