package dev.oncegate.connect.config;

import dev.oncegate.connect.http.Answers;
import dev.oncegate.connect.http.HttpVersion;
import dev.oncegate.connect.http.Login;
import dev.oncegate.connect.http.Tls;
import dev.oncegate.connect.policy.RetryPolicy;
import dev.oncegate.connect.route.Template;
import dev.oncegate.connect.route.TemplateException;
import dev.oncegate.connect.route.Tool;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.jspecify.annotations.Nullable;

/** Reads the settings of one tool, whose types are right already, and finds what does not fit. */
final class ToolReader {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  /** Set by the HTTP client, or by the connector from other settings. */
  private static final Set<String> RESERVED =
      Set.of(
          "connection",
          "content-length",
          "content-type",
          "date",
          "expect",
          "from",
          "host",
          "origin",
          "referer",
          "te",
          "traceparent",
          "tracestate",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "via");

  private final String alias;
  private final ToolConfig config;
  private final List<Problem> problems = new ArrayList<>();

  ToolReader(String alias, ToolConfig config) {
    this.alias = alias;
    this.config = config;
  }

  /** What is wrong; to be asked after {@link #read}. */
  List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** The tool; null where something is wrong. */
  @Nullable ToolSetup read() {
    Template url = url();
    Map<String, Template> headers = headers();
    Map<String, String> secrets = secretHeaders();
    Template body = config.text(ToolConfig.BODY) == null ? null : body();
    Login login = login();
    Tls tls = tls();
    String idempotencyHeader = headerName(ToolConfig.IDEMPOTENCY_HEADER);
    String correlationHeader = headerName(ToolConfig.CORRELATION_HEADER);
    if (!problems.isEmpty() || url == null || tls == null || login == null) {
      return null;
    }
    String name = config.text(ToolConfig.NAME);
    Tool tool =
        new Tool(
            name == null ? alias : name,
            config.getString(ToolConfig.METHOD),
            url,
            headers,
            secrets,
            body,
            config.getString(ToolConfig.CONTENT_TYPE),
            idempotencyHeader,
            config.getBoolean(ToolConfig.IDEMPOTENCY_QUOTED),
            correlationHeader,
            duration(ToolConfig.TIMEOUT_MS),
            config.getInt(ToolConfig.CONCURRENCY),
            config.getBoolean(ToolConfig.IDEMPOTENT),
            new RetryPolicy(
                config.getInt(ToolConfig.RETRY_MAX_CALLS),
                duration(ToolConfig.RETRY_BACKOFF_MS),
                duration(ToolConfig.RETRY_BACKOFF_MAX_MS)));
    return new ToolSetup(tool, answers(), version(), login, tls);
  }

  private @Nullable Template url() {
    String text = config.getString(ToolConfig.URL);
    Template template = template(ToolConfig.URL, text, Template.Kind.URL);
    if (template == null) {
      return null;
    }
    String prefix = template.prefix();
    int host = prefix.indexOf("://");
    int path = host < 0 ? -1 : prefix.indexOf('/', host + 3);
    // An effect must not choose whom the credentials are sent to.
    boolean wholeHost = prefix.equals(text) || path > 0;
    if (!wholeHost) {
      problem(ToolConfig.URL, "scheme, host and the first / must stand before the first '{{'");
      return null;
    }
    try {
      URI uri = new URI(prefix);
      if (uri.getHost() == null
          || uri.getRawUserInfo() != null
          || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        problem(ToolConfig.URL, "an http or https URL without user and password is expected");
      }
    } catch (URISyntaxException e) {
      problem(ToolConfig.URL, "an http or https URL is expected");
    }
    return template;
  }

  private @Nullable Template body() {
    String type = config.getString(ToolConfig.CONTENT_TYPE).toLowerCase(Locale.ROOT);
    Template.Kind kind = Template.Kind.TEXT;
    if (type.contains("json")) {
      kind = Template.Kind.JSON;
    } else if (type.startsWith("application/x-www-form-urlencoded")) {
      kind = Template.Kind.FORM;
    }
    return template(ToolConfig.BODY, config.getString(ToolConfig.BODY), kind);
  }

  private Map<String, Template> headers() {
    Map<String, Template> headers = new LinkedHashMap<>();
    for (String key : new TreeSet<>(config.originals().keySet())) {
      if (ToolConfig.isNamed(key, ToolConfig.HEADER)) {
        String name = checked(key, key.substring(ToolConfig.HEADER.length()));
        Template value = template(key, config.getString(key), Template.Kind.HEADER);
        if (name.equalsIgnoreCase("Authorization")) {
          problem(key, "set auth.*, or secret.header.Authorization, whose value is not logged");
        }
        if (value != null) {
          headers.put(name, value);
        }
      }
    }
    return headers;
  }

  private Map<String, String> secretHeaders() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String key : new TreeSet<>(config.originals().keySet())) {
      if (ToolConfig.isNamed(key, ToolConfig.SECRET_HEADER)) {
        String name = checked(key, key.substring(ToolConfig.SECRET_HEADER.length()));
        String value = config.secret(key);
        if (value == null || !value.matches("[\\x20-\\x7e]*")) {
          problem(key, "may not be empty, and has printable ASCII characters only");
        } else {
          headers.put(name, value);
        }
      }
    }
    return headers;
  }

  private String headerName(String key) {
    return checked(key, config.getString(key));
  }

  private String checked(String key, String name) {
    if (!name.matches(TOKEN) || RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
      problem(
          key, "'%s' is no name of a header, or of one that cannot be set here".formatted(name));
    }
    return name;
  }

  private @Nullable Login login() {
    return switch (config.getString(ToolConfig.AUTH)) {
      case "basic" -> {
        String user = needed(ToolConfig.BASIC_USER, config.text(ToolConfig.BASIC_USER));
        String password =
            needed(ToolConfig.BASIC_PASSWORD, config.secret(ToolConfig.BASIC_PASSWORD));
        yield new Login.Basic(user, password);
      }
      case "bearer" ->
          new Login.Bearer(needed(ToolConfig.BEARER_TOKEN, config.secret(ToolConfig.BEARER_TOKEN)));
      case "oauth2" -> oauth2();
      default -> new Login.None();
    };
  }

  private @Nullable Login oauth2() {
    String url = needed(ToolConfig.OAUTH2_TOKEN_URL, config.text(ToolConfig.OAUTH2_TOKEN_URL));
    String id = needed(ToolConfig.OAUTH2_CLIENT_ID, config.text(ToolConfig.OAUTH2_CLIENT_ID));
    String secret =
        needed(ToolConfig.OAUTH2_CLIENT_SECRET, config.secret(ToolConfig.OAUTH2_CLIENT_SECRET));
    try {
      URI uri = new URI(url);
      if (uri.getHost() != null) {
        return new Login.ClientSecret(
            uri,
            id,
            secret,
            config.text(ToolConfig.OAUTH2_SCOPE),
            config.getString(ToolConfig.OAUTH2_CLIENT_AUTH).equals("header"));
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    if (!url.isEmpty()) {
      problem(ToolConfig.OAUTH2_TOKEN_URL, "an http or https URL is expected");
    }
    return null;
  }

  private String needed(String key, @Nullable String value) {
    if (value == null) {
      problem(key, "is needed for auth=%s".formatted(config.getString(ToolConfig.AUTH)));
      return "";
    }
    return value;
  }

  private @Nullable Tls tls() {
    String nameCheck = config.getString(SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG);
    if (!"https".equalsIgnoreCase(nameCheck)) {
      problem(
          SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG,
          "only https is supported: the host's name is always checked");
      return null;
    }
    if (config.getClass(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG) != null) {
      problem(
          SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, "is not supported; set key and trust store");
      return null;
    }
    try {
      return Tls.of(config.tls());
    } catch (ConfigException e) {
      boolean keys = config.getString(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG) != null;
      problem(
          keys
              ? SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG
              : SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
          String.valueOf(e.getMessage()));
      return null;
    }
  }

  private Answers answers() {
    return new Answers(
        config.getString(ToolConfig.RESPONSE_FORMAT).equals("envelope"),
        config.getList(ToolConfig.RESPONSE_HEADERS).stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .distinct()
            .toList(),
        config.getInt(ToolConfig.RESPONSE_INLINE_MAX_BYTES),
        config.getLong(ToolConfig.RESPONSE_MAX_BYTES));
  }

  private HttpVersion version() {
    return switch (config.getString(ToolConfig.HTTP_VERSION)) {
      case "1.1" -> HttpVersion.HTTP_1_1;
      case "2" -> HttpVersion.HTTP_2;
      default -> HttpVersion.AUTO;
    };
  }

  private Duration duration(String key) {
    return Duration.ofMillis(config.getLong(key));
  }

  private @Nullable Template template(String key, String text, Template.Kind kind) {
    try {
      return Template.parse(text, kind);
    } catch (TemplateException e) {
      problem(key, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void problem(String key, String message) {
    problems.add(new Problem(ToolConfig.PREFIX + alias + "." + key, message));
  }
}
