package dev.oncegate.gate.serde;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the registry for ids and schemas, and remembers both: what was once resolved goes on working while the registry
 * is down. A failure is not remembered. Thread safe.
 */
public final class SchemaRegistryClient {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistryClient.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  private final RegistryConfig config;
  private final RegistryHttp http;
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
  private final Map<String, Map<Schema, Integer>> ids = new ConcurrentHashMap<>();

  public SchemaRegistryClient(RegistryConfig config) {
    this.config = config;
    this.http = new RegistryHttp(config);
  }

  /**
   * Waits until the registry answers, telling each failure in the log, with growing pauses.
   *
   * @throws RegistryException where it answers and refuses, as for wrong credentials
   */
  public void awaitReady() throws InterruptedException {
    Duration pause = Duration.ofSeconds(1);
    while (true) {
      try {
        http.call("/subjects", null);
        return;
      } catch (RegistryUnavailableException e) {
        LOG.warn(
            "Waiting for the schema registry; next try in {} s. {}", pause.toSeconds(), e.getMessage());
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
      }
    }
  }

  /**
   * The id under which a schema is written: registered, looked up, or the latest, as configured.
   *
   * @throws RegistryException where the registry refuses the schema or does not know it
   * @throws RegistryUnavailableException where it does not answer
   */
  public int idOf(String subject, Schema schema) {
    Map<Schema, Integer> known = ids.computeIfAbsent(subject, s -> new ConcurrentHashMap<>());
    Integer id = known.get(schema);
    if (id == null) {
      id = resolve(subject, schema);
      known.put(schema, id);
      schemas.putIfAbsent(id, schema);
    }
    return id;
  }

  private int resolve(String subject, Schema schema) {
    String path = "/subjects/" + encoded(subject);
    String normalize = "normalize=" + config.getBoolean("normalize.schemas");
    if (config.getBoolean("use.latest.version")) {
      return number(http.call(path + "/versions/latest", null), "id");
    }
    // The compact text: a registry may give a text that differs in white space alone an id of its own.
    Map<String, String> body = Map.of("schema", schema.toString());
    return config.getBoolean("auto.register.schemas")
        ? number(http.call(path + "/versions?" + normalize, body), "id")
        : number(http.call(path + "?" + normalize + "&deleted=false", body), "id");
  }

  /**
   * The schema of an id.
   *
   * @throws RegistryException where the registry does not know it
   * @throws RegistryUnavailableException where it does not answer
   */
  public Schema schemaOf(int id, String subject) {
    Schema known = schemas.get(id);
    if (known != null) {
      return known;
    }
    JsonNode answer = http.call("/schemas/ids/" + id + "?fetchMaxId=false&subject=" + encoded(subject), null);
    String text = answer.path("schema").asText("");
    try {
      Schema schema = new Schema.Parser().parse(text);
      schemas.put(id, schema);
      return schema;
    } catch (AvroRuntimeException e) {
      throw new RegistryException(422, "schema %d is no Avro schema: %s".formatted(id, e.getMessage()));
    }
  }

  private static int number(JsonNode answer, String field) {
    JsonNode number = answer.get(field);
    if (number == null || !number.isInt()) {
      throw new RegistryUnavailableException("the registry's answer has no %s: %s".formatted(field, answer));
    }
    return number.intValue();
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
