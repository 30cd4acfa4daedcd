package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.oncegate.config.GateKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** values.schema.json refuses every name that is no value, and every value of a wrong type. */
class SchemaTest {
  private static final Path FILE = Module.CHART.resolve("values.schema.json");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode DEFAULTS =
      Module.yaml(Module.textOf(Module.CHART.resolve("values.yaml")));

  /** Maps whose keys are the user's: a name in them cannot be misspelt. */
  private static final Set<String> FREE = Set.of("map", "gateConfig", "workerConfig");

  private static JsonNode schema() {
    return Module.yaml(Module.textOf(FILE));
  }

  static JsonSchema validator() {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema());
  }

  /** Every object of the defaults, at any depth, but those with the user's own keys. */
  private static void closedObjects(
      JsonNode values, JsonNode definition, String path, List<String> found) {
    JsonNode resolved = resolved(definition);
    if (!values.isObject() || !resolved.path("additionalProperties").isBoolean()) {
      return;
    }
    found.add(path);
    values
        .properties()
        .forEach(
            e ->
                closedObjects(
                    e.getValue(),
                    resolved.at("/properties/" + e.getKey()),
                    path + "/" + e.getKey(),
                    found));
  }

  private static JsonNode resolved(JsonNode definition) {
    return definition.has("$ref")
        ? schema().at(definition.get("$ref").asText().substring(1))
        : definition;
  }

  @Test
  void everyMisspeltNameIsRefused() {
    List<String> objects = new ArrayList<>();
    closedObjects(DEFAULTS, schema(), "", objects);

    assertThat(objects).hasSizeGreaterThan(50);
    for (String path : objects) {
      for (String field : namesIn(path)) {
        ObjectNode values = DEFAULTS.deepCopy();
        ObjectNode object = (ObjectNode) (path.isEmpty() ? values : values.at(path));
        object.set(field + "s", object.get(field));
        assertThat(validator().validate(values)).as("%s/%ss", path, field).isNotEmpty();
      }
    }
  }

  private static List<String> namesIn(String path) {
    List<String> names = new ArrayList<>();
    (path.isEmpty() ? DEFAULTS : DEFAULTS.at(path)).fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Every leaf in turn gets a value that no setting could have. */
  @Test
  void everyWrongTypeIsRefused() {
    List<String> leaves = new ArrayList<>();
    leaves(DEFAULTS, "", leaves);

    assertThat(leaves).hasSizeGreaterThan(150);
    for (String leaf : leaves) {
      ObjectNode values = DEFAULTS.deepCopy();
      int slash = leaf.lastIndexOf('/');
      JsonNode parent = slash == 0 ? values : values.at(leaf.substring(0, slash));
      if (parent instanceof ObjectNode object) {
        String name = leaf.substring(slash + 1);
        object.set(
            name, object.get(name).isArray() ? JSON.createObjectNode() : JSON.createArrayNode());
        assertThat(validator().validate(values)).as(leaf).isNotEmpty();
      }
    }
  }

  private static void leaves(JsonNode node, String path, List<String> found) {
    if (node.isObject() && !node.isEmpty()) {
      node.properties()
          .forEach(e -> leaves(e.getValue(), path + "/" + e.getKey().replace("/", "~1"), found));
    } else {
      found.add(path);
    }
  }

  @Test
  void everyDefaultIsInTheSchemaAndEveryNameOfTheSchemaIsDocumented() {
    assertThat(validator().validate(DEFAULTS)).isEmpty();
    Set<String> undocumented = new TreeSet<>();
    undocumented(schema(), DEFAULTS, "", undocumented);

    assertThat(undocumented).isEmpty();
  }

  private static void undocumented(
      JsonNode definition, JsonNode defaults, String path, Set<String> found) {
    resolved(definition)
        .path("properties")
        .properties()
        .forEach(
            e -> {
              String name = path + "/" + e.getKey();
              String reference = e.getValue().path("$ref").asText();
              if (defaults.path(e.getKey()).isMissingNode()) {
                found.add(name);
              } else if (!reference.matches(
                  ".*/(resources|securityContext|podSecurityContext|gateConfig|.*Context)")) {
                undocumented(e.getValue(), defaults.path(e.getKey()), name, found);
              }
            });
    if (path.isEmpty()) {
      // Helm's own, for charts that have this one as a part; affinity's parts are Kubernetes'.
      found.remove("/global");
      found.removeIf(name -> name.startsWith("/affinity/"));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void theMatrixIsAccepted(String values) {
    assertThat(validator().validate(Module.yaml(Module.textOf(Module.values(values))))).isEmpty();
  }

  /** Helm itself refuses, not only the validator of this test. */
  @ParameterizedTest
  @CsvSource({
    "replica, 3",
    "image.tagg, x",
    "kafka.bootstrapServer, 'kafka:9092'",
    "kafka.bootstrapServers, kafka",
    "kafka.tls.truststore.secret, x",
    "kafka.sasl.mechanism, SCRAM",
    "schemaRegistry.url, 'registry:8081'",
    "replicas, many",
    "standbyReplicas, -1",
    "resources.limits.memory, 2GiB",
    "resources.limit.memory, 2Gi",
    "state.size, large",
    "probes.readyness.periodSeconds, 1",
    "spread.zones, Sometimes",
    "disruptionBudget.maxUnavailable, some",
    "memory.heapPercent, 99",
    "networkPolicy.from, x",
    "autoscaling.keda.lag, 1",
    "monitoring.serviceMonitor.enabled, true",
    "strimzi.user.authentication, plain",
    "connect.connectors.executor.topics, x",
    "extraEnv[0].nam, x",
    "tolerations[0].effects, NoSchedule",
    "securityContext.readOnlyRootFileSystem, true",
    "podSecurityContext.runAsRoot, false",
  })
  void helmRefuses(String key, String value) {
    assertThatThrownBy(() -> Rendering.of(Module.values("minimal.yaml"), Map.of(key, value)))
        .hasMessageContaining("values don't meet the specifications of the schema");
  }

  @ParameterizedTest
  @CsvSource({
    "gate\\.dedup\\.windw\\.ms, 86400000",
    "gate\\.dedup\\.window\\.ms, soon",
    "gate\\.dedup\\.window\\.ms, 5",
    "gate\\.tool\\.mail\\.guard\\.max\\.call, 5",
    "bootstrap\\.servers, 'kafka:9092'",
    "state\\.dir, /tmp",
    "num\\.standby\\.replicas, 0",
    "gate\\.rocksdb\\.memory\\.bytes, 16777216",
  })
  void helmRefusesSettings(String key, String value) {
    assertThatThrownBy(
            () -> Rendering.of(Module.values("minimal.yaml"), Map.of("config." + key, value)))
        .hasMessageContaining("values don't meet the specifications of the schema");
  }

  /** The part on config is made from the gate's own definition. */
  @Test
  void theSettingsInTheSchemaAreThoseOfTheGate() throws Exception {
    ObjectNode schema = (ObjectNode) schema();
    ((ObjectNode) schema.get("definitions")).set("gateConfig", gateConfig());

    Module.assertIs(FILE, JSON.writer(TwoSpaces.PRINTER).writeValueAsString(schema) + "\n");
  }

  private static final Set<String> SET_BY_THE_CHART =
      Set.of(
          "application.id",
          "application.server",
          "bootstrap.servers",
          "client.id",
          "client.tag.zone",
          "config.providers",
          "gate.ops.listener",
          GateKeys.ROCKSDB_MEMORY_BYTES,
          "group.instance.id",
          "main.consumer.group.instance.id",
          "num.standby.replicas",
          "num.stream.threads",
          "schema.registry.url",
          "state.dir");

  private static ObjectNode gateConfig() {
    ObjectNode definition = JSON.createObjectNode();
    definition.put("type", "object");
    ObjectNode properties = definition.putObject("properties");
    Map<String, ConfigDef.ConfigKey> keys = new TreeMap<>(GateKeys.DEFINITION.configKeys());
    keys.keySet().removeAll(SET_BY_THE_CHART);
    keys.forEach((name, key) -> properties.set(name, typeOf(key)));
    definition.putObject("additionalProperties").put("$ref", "#/definitions/scalar");
    ObjectNode names = definition.putObject("propertyNames");
    ArrayNode taken = names.putObject("not").putArray("enum");
    new TreeSet<>(SET_BY_THE_CHART).forEach(taken::add);
    names.putObject("if").put("pattern", "^gate[.]");
    ArrayNode known = names.putObject("then").putArray("anyOf");
    ArrayNode all = known.addObject().putArray("enum");
    keys.keySet().forEach(all::add);
    known
        .addObject()
        .put(
            "pattern",
            "^gate[.]tool[.].+[.](attempts[.]max|deadline[.]ms|guard[.]max[.](calls|calls[.]per[.]window|conflicts|repeated[.]failures|repetitions|retries))$");
    return definition;
  }

  private static ObjectNode typeOf(ConfigDef.ConfigKey key) {
    ObjectNode type = JSON.createObjectNode();
    type.put("description", key.documentation);
    switch (key.type) {
      case INT, LONG -> type.put("type", "integer");
      case BOOLEAN -> type.put("type", "boolean");
      default -> type.put("type", "string");
    }
    Matcher range =
        Pattern.compile("\\[(\\d+),\\.\\.\\.(?:,(\\d+))?\\]")
            .matcher(String.valueOf(key.validator));
    if (range.matches()) {
      type.put("minimum", Long.parseLong(range.group(1)));
      if (range.group(2) != null) {
        type.put("maximum", Long.parseLong(range.group(2)));
      }
    }
    return type;
  }

  @Test
  void everyObjectOfTheSchemaIsClosedOrAMap() {
    List<String> open = new ArrayList<>();
    openObjects(schema(), "", open);

    // Kubernetes' own, checked by the API server; values of charts that have this one as a part.
    assertThat(open)
        .allMatch(
            path ->
                path.matches(
                    "/properties/global"
                        + "|/properties/affinity/properties/.*"
                        + "|/definitions/volume/properties/.*"
                        + "|/definitions/container/properties/(.*Probe|lifecycle)"));
  }

  private static void openObjects(JsonNode node, String path, List<String> found) {
    if (node.path("type").asText().equals("object")
        && node.path("additionalProperties").isMissingNode()) {
      found.add(path);
    }
    node.properties().forEach(e -> openObjects(e.getValue(), path + "/" + e.getKey(), found));
  }
}
