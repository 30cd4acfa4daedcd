package dev.oncegate.serde;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.jspecify.annotations.Nullable;

/**
 * Asks the registry for ids and schemas, and remembers both: what was once resolved goes on working
 * while the registry is down. A failure is not remembered. Thread safe.
 */
public final class SchemaRegistryClient {
  private static final int MOST_REFERENCES = 100;

  private final RegistryConfig config;
  private final RegistryHttp http;
  private final RegistryWait patience;
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
  private final Map<String, Map<Schema, Integer>> ids = new ConcurrentHashMap<>();

  public SchemaRegistryClient(RegistryConfig config) {
    this.config = config;
    this.http = new RegistryHttp(config);
    this.patience = RegistryWait.of(config);
  }

  /**
   * Resolves an id ahead of the first record, so that the registry may be down when that comes.
   * While it does not answer, waits with growing pauses and tells each failure in the log.
   *
   * @throws RegistryException where it answers and refuses, as for wrong credentials
   */
  public int prepare(String subject, Schema schema) throws InterruptedException {
    return patience.untilItAnswers(() -> idOf(subject, schema, http::callOnce));
  }

  /**
   * The id under which a schema is written: registered, looked up, or the latest, as configured.
   *
   * @throws RegistryException where the registry refuses the schema or does not know it
   * @throws RegistryUnavailableException where it does not answer
   */
  public int idOf(String subject, Schema schema) {
    return idOf(subject, schema, http::call);
  }

  private int idOf(
      String subject, Schema schema, BiFunction<String, @Nullable Object, JsonNode> calling) {
    Map<Schema, Integer> known = ids.computeIfAbsent(subject, s -> new ConcurrentHashMap<>());
    Integer id = known.get(schema);
    if (id == null) {
      id = resolve(subject, schema, calling);
      known.put(schema, id);
      schemas.putIfAbsent(id, schema);
    }
    return id;
  }

  private int resolve(
      String subject, Schema schema, BiFunction<String, @Nullable Object, JsonNode> calling) {
    String path = "/subjects/" + encoded(subject);
    if (config.getBoolean("use.latest.version")) {
      return latest(subject, calling.apply(path + "/versions/latest", null), schema);
    }
    String normalize = "normalize=" + config.getBoolean("normalize.schemas");
    // The compact text: a registry may give a text that differs in white space alone an id of its
    // own.
    Map<String, String> body = Map.of("schema", schema.toString());
    if (config.getBoolean("auto.register.schemas")) {
      return number(calling.apply(path + "/versions?" + normalize, body), "id");
    }
    try {
      return number(calling.apply(path + "?" + normalize + "&deleted=false", body), "id");
    } catch (RegistryException e) {
      throw !e.isAboutTheSchema()
          ? e
          : RegistryException.noSuchSchema(
              "subject %s has no %s as this build writes it: register it, or set auto.register.schemas=true. %s"
                  .formatted(subject, schema.getFullName(), e.getMessage()));
    }
  }

  /**
   * Generated classes write their own layout, so the id of another one must never stand before it.
   */
  private int latest(String subject, JsonNode answer, Schema schema) {
    Schema latest = schemaIn(answer, "the latest version of " + subject);
    if (!SchemaNormalization.toParsingForm(latest)
        .equals(SchemaNormalization.toParsingForm(schema))) {
      throw RegistryException.refused(
          ("version %s of subject %s, its latest, has another layout than the %s that this build writes: "
                  + "register that, or set use.latest.version=false")
              .formatted(answer.path("version").asText("?"), subject, schema.getFullName()));
    }
    return number(answer, "id");
  }

  /**
   * The schema of an id.
   *
   * @param subject where the id was found, empty where that is not known
   * @throws RegistryException where the registry does not know it, or it is no Avro schema
   * @throws RegistryUnavailableException where it does not answer
   */
  public Schema schemaOf(int id, String subject) {
    Schema known = schemas.get(id);
    if (known != null) {
      return known;
    }
    String path = "/schemas/ids/" + id + "?fetchMaxId=false&subject=" + encoded(subject);
    Schema schema = schemaIn(http.call(path, null), "schema " + id);
    schemas.put(id, schema);
    return schema;
  }

  private Schema schemaIn(JsonNode answer, String what) {
    String type = answer.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO")) {
      throw RegistryException.noSuchSchema("%s is of type %s, not AVRO".formatted(what, type));
    }
    try {
      Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
      parseReferences(parser, answer, new HashSet<>());
      return parser.parse(answer.path("schema").asText(""));
    } catch (AvroRuntimeException | StackOverflowError e) {
      throw RegistryException.noSuchSchema("%s is no Avro schema: %s".formatted(what, e));
    }
  }

  /**
   * Types that a schema names and that are registered under subjects of their own, the innermost
   * first.
   */
  private void parseReferences(Schema.Parser parser, JsonNode answer, Set<String> seen) {
    for (JsonNode reference : answer.path("references")) {
      String path =
          "/subjects/%s/versions/%d"
              .formatted(
                  encoded(reference.path("subject").asText()), reference.path("version").asInt());
      if (seen.add(path)) {
        if (seen.size() > MOST_REFERENCES) {
          throw RegistryException.noSuchSchema(
              "more than %d references".formatted(MOST_REFERENCES));
        }
        JsonNode referenced = http.call(path + "?deleted=true", null);
        parseReferences(parser, referenced, seen);
        parser.parse(referenced.path("schema").asText(""));
      }
    }
  }

  private static int number(JsonNode answer, String field) {
    JsonNode number = answer.get(field);
    if (number == null || !number.isInt()) {
      throw new RegistryUnavailableException(
          "the registry's answer has no %s: %s".formatted(field, answer));
    }
    return number.intValue();
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
