package dev.oncegate.connect.http;

import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS as {@code ssl.*} sets it. Stores are read by Kafka's own reader, so that every type that
 * works for brokers (JKS, PKCS12, PEM files, PEM in the setting) works here. The host's name is
 * always checked.
 */
public record Tls(SSLContext context, SSLParameters parameters) {
  /**
   * @param settings under Kafka's names, parsed
   * @throws ConfigException where a store cannot be read
   */
  public static Tls of(Map<String, Object> settings) {
    try (DefaultSslEngineFactory stores = new DefaultSslEngineFactory()) {
      stores.configure(settings);
      return new Tls(
          stores.sslContext(),
          new SSLParameters(
              array(settings.get(SslConfigs.SSL_CIPHER_SUITES_CONFIG)),
              array(settings.get(SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG))));
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ConfigException("%s (%s)".formatted(e.getMessage(), cause.getMessage()));
    }
  }

  private static String @Nullable [] array(@Nullable Object list) {
    return list instanceof List<?> names && !names.isEmpty() ? names.toArray(String[]::new) : null;
  }
}
