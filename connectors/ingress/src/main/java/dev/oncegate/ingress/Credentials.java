package dev.oncegate.ingress;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.core.intake.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.apache.kafka.common.config.ConfigException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The callers, by bearer token or by the subject of a client certificate that TLS has verified.
 *
 * <p>The file holds the SHA-256 of each token, not the token, and is looked up by it: neither the
 * file nor the time an answer takes gives a token away. That needs tokens nobody can guess: 128
 * random bits or more, no passwords.
 */
final class Credentials {
  private static final Set<String> NAMES =
      Set.of("name", "token_sha256", "certificate_subject", "tenant", "agent", "run_prefix");

  private final Map<String, Caller> byTokenHash = new HashMap<>();
  private final Map<X500Principal, Caller> bySubject = new HashMap<>();
  private final List<Caller> callers = new ArrayList<>();
  private final boolean anybody;

  private Credentials(boolean anybody) {
    this.anybody = anybody;
  }

  /** Whoever asks may. */
  static Credentials none() {
    return new Credentials(true);
  }

  /**
   * The callers of a file: {@code {"callers": [{"name", "token_sha256" or "certificate_subject",
   * "tenant", "agent", "run_prefix"}]}}.
   *
   * @throws ConfigException saying what is wrong with it
   */
  static Credentials read(Path file) {
    Credentials credentials = new Credentials(false);
    try {
      JsonNode root =
          new ObjectMapper()
              .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
              .readTree(file.toFile());
      JsonNode callers = root.path("callers");
      if (!callers.isArray() || callers.isEmpty()) {
        throw new IllegalArgumentException("callers is no list with at least one caller");
      }
      for (int i = 0; i < callers.size(); i++) {
        credentials.add("callers[%d].".formatted(i), callers.get(i));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(IngressKeys.CREDENTIALS_FILE, file, e.getMessage());
    }
    return credentials;
  }

  private void add(String path, JsonNode json) {
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!NAMES.contains(name)) {
        throw new IllegalArgumentException(path + name + " is not known; there are " + NAMES);
      }
    }
    String name = text(path, json, "name");
    String tenant = text(path, json, "tenant");
    String prefix = text(path, json, "run_prefix");
    if (name == null) {
      throw new IllegalArgumentException(path + "name is missing");
    }
    if (prefix == null) {
      prefix = tenant == null ? "" : tenant + ":";
    }
    Caller caller = new Caller(name, tenant, text(path, json, "agent"), prefix);
    requireApart(path, caller);
    callers.add(caller);
    String hash = text(path, json, "token_sha256");
    String subject = text(path, json, "certificate_subject");
    if ((hash == null) == (subject == null)) {
      throw new IllegalArgumentException(
          path + " needs one of token_sha256 and certificate_subject");
    }
    if (hash != null && !hash.matches("[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException(path + "token_sha256 is not 64 hexadecimal digits");
    }
    Caller other =
        hash != null
            ? byTokenHash.put(hash.toLowerCase(Locale.ROOT), caller)
            : bySubject.put(new X500Principal(subject), caller);
    if (other != null) {
      throw new IllegalArgumentException(path + " has the credential of " + other.name());
    }
  }

  /** The runs of two tenants must not overlap, unless one of them may have any. */
  private void requireApart(String path, Caller caller) {
    for (Caller other : callers) {
      boolean overlap =
          caller.runPrefix().startsWith(other.runPrefix())
              || other.runPrefix().startsWith(caller.runPrefix());
      if (overlap
          && !caller.runPrefix().isEmpty()
          && !other.runPrefix().isEmpty()
          && caller.tenant() != null
          && other.tenant() != null
          && !caller.tenant().equals(other.tenant())) {
        throw new IllegalArgumentException(
            "%srun_prefix is %s and overlaps with that of %s, a caller of another tenant: %s"
                .formatted(path, caller.runPrefix(), other.name(), other.runPrefix()));
      }
    }
  }

  /**
   * Where the tenant or agent is the namespace of keys, a caller without one could use and read the
   * keys of all.
   *
   * @throws ConfigException where there is one
   */
  void requireScope(Scope scope, @Nullable String file) {
    for (Caller caller : callers) {
      boolean missing =
          switch (scope) {
            case RUN -> false;
            case AGENT -> caller.agent() == null;
            case TENANT -> caller.tenant() == null;
          };
      if (missing) {
        throw new ConfigException(
            IngressKeys.CREDENTIALS_FILE,
            file,
            "%s has no %s, and that is the gate.scope"
                .formatted(caller.name(), scope.name().toLowerCase(Locale.ROOT)));
      }
    }
  }

  private static @Nullable String text(String path, JsonNode json, String name) {
    JsonNode value = json.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isTextual() || (value.textValue().isBlank() && !name.equals("run_prefix"))) {
      throw new IllegalArgumentException(path + name + " is no text, or blank");
    }
    return value.textValue();
  }

  /**
   * Who sends a request.
   *
   * @throws Refused where that is not known
   */
  Caller caller(Request request) {
    X509Certificate certificate = null;
    if (request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE)
            instanceof EndPoint.SslSessionData session
        && session.peerCertificates() != null
        && session.peerCertificates().length > 0) {
      certificate = session.peerCertificates()[0];
    }
    return caller(request.getHeaders().get(HttpHeader.AUTHORIZATION), certificate);
  }

  /**
   * Who asks.
   *
   * @param authorization the header of that name
   * @param certificate of the client, verified; null: none
   * @throws Refused where that is not known
   */
  Caller caller(@Nullable String authorization, @Nullable X509Certificate certificate) {
    if (anybody) {
      return Caller.ANYBODY;
    }
    if (authorization != null) {
      Caller caller =
          authorization.regionMatches(true, 0, "Bearer ", 0, 7)
              ? byTokenHash.get(hashOf(authorization.substring(7).strip()))
              : null;
      return known(caller, "The Authorization header holds no bearer token that is known.");
    }
    if (certificate != null) {
      Caller caller = bySubject.get(certificate.getSubjectX500Principal());
      return known(caller, "The subject of the client's certificate is not known.");
    }
    return known(null, "A bearer token or a client certificate is needed.");
  }

  private static Caller known(@Nullable Caller caller, String otherwise) {
    if (caller == null) {
      throw new Refused(ProblemType.UNAUTHENTICATED, otherwise);
    }
    return caller;
  }

  static String hashOf(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
