package dev.oncegate.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kubernetes.client.proto.Runtime;
import io.kubernetes.client.proto.V1;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * As much of a Kubernetes API server as Helm 4 asks for: discovery, objects, server-side apply by
 * one manager, and lists that are watched. It refuses what is not as its kind is defined and
 * changes of what cannot be changed. There are no controllers: jobs and pods end as soon as they
 * are made. It is no Kubernetes: defaults, admission and scheduling are missing.
 */
final class EmulatedApiServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] BINARY = {'k', '8', 's', 0};
  private static final Pattern OBJECT =
      Pattern.compile("/apis?/(.+?)/namespaces/([^/]+)/([^/]+)(?:/([^/]+))?");

  private static final String OPENAPI = "/openapi/v3";

  /** Names in paths and kinds, by API. */
  private static final Map<String, Map<String, String>> APIS =
      Map.of(
          "v1",
              Map.of(
                  "configmaps", "ConfigMap",
                  "pods", "Pod",
                  "secrets", "Secret",
                  "services", "Service",
                  "serviceaccounts", "ServiceAccount"),
          "apps/v1", Map.of("deployments", "Deployment", "statefulsets", "StatefulSet"),
          "batch/v1", Map.of("jobs", "Job"),
          "policy/v1", Map.of("poddisruptionbudgets", "PodDisruptionBudget"),
          "networking.k8s.io/v1", Map.of("networkpolicies", "NetworkPolicy"),
          "autoscaling/v2", Map.of("horizontalpodautoscalers", "HorizontalPodAutoscaler"),
          "keda.sh/v1alpha1", Map.of("scaledobjects", "ScaledObject"),
          "kafka.strimzi.io/v1beta2",
              Map.of("kafkatopics", "KafkaTopic", "kafkausers", "KafkaUser"),
          "monitoring.coreos.com/v1",
              Map.of("podmonitors", "PodMonitor", "prometheusrules", "PrometheusRule"));

  /** All that may be changed of a StatefulSet. */
  private static final Set<String> CHANGEABLE =
      Set.of(
          "minReadySeconds",
          "persistentVolumeClaimRetentionPolicy",
          "replicas",
          "revisionHistoryLimit",
          "template",
          "updateStrategy");

  private final HttpServer server;
  private final Map<String, ObjectNode> objects = new TreeMap<>();
  private final List<String> history = new ArrayList<>();
  private final UnaryOperator<ObjectNode> outcome;
  private int version;

  /** A refusal. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  /**
   * Starts on any free port of loopback.
   *
   * @param outcome puts the status into a job or pod that was made
   */
  EmulatedApiServer(UnaryOperator<ObjectNode> outcome) throws IOException {
    this.outcome = outcome;
    server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
  }

  /** Jobs complete, pods succeed. */
  static ObjectNode succeeding(ObjectNode object) {
    if (object.get("kind").asText().equals("Job")) {
      ObjectNode status = object.putObject("status");
      status.put("succeeded", 1);
      status.putArray("conditions").addObject().put("type", "Complete").put("status", "True");
    } else if (object.get("kind").asText().equals("Pod")) {
      object.putObject("status").put("phase", "Succeeded");
    }
    return object;
  }

  /** Jobs fail. */
  static ObjectNode failing(ObjectNode object) {
    if (object.get("kind").asText().equals("Job")) {
      ObjectNode status = object.putObject("status");
      status.put("failed", 1);
      ObjectNode condition = status.putArray("conditions").addObject();
      condition.put("type", "Failed").put("status", "True").put("message", "it did not work");
    }
    return object;
  }

  /** Writes what a client needs to reach it. */
  Path kubeconfig(Path file) throws IOException {
    return Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: emulated, cluster: {server: "http://127.0.0.1:%d"}}]
        users: [{name: nobody, user: {}}]
        contexts: [{name: emulated, context: {cluster: emulated, user: nobody}}]
        current-context: emulated
        """
            .formatted(server.getAddress().getPort()));
  }

  /** What was created, changed and deleted, in order, without Helm's own records. */
  synchronized List<String> history() {
    return history.stream().filter(line -> !line.contains("Secret/sh.helm")).toList();
  }

  /** The objects that there are, without Helm's own records. */
  synchronized List<ObjectNode> objects() {
    return objects.values().stream()
        .filter(object -> !object.get("kind").asText().equals("Secret"))
        .toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      try {
        JsonNode answer = answerTo(exchange, body);
        if (answer != null) {
          send(exchange, exchange.getRequestMethod().equals("POST") ? 201 : 200, answer);
        }
      } catch (RefusedException e) {
        ObjectNode status = JSON.createObjectNode();
        status.put("kind", "Status").put("apiVersion", "v1").put("status", "Failure");
        status.put("reason", e.status == 404 ? "NotFound" : "Invalid");
        status.put("code", e.status).put("message", e.getMessage());
        send(exchange, e.status, status);
      }
    }
  }

  private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private synchronized @Nullable JsonNode answerTo(HttpExchange exchange, byte[] body)
      throws RefusedException, IOException {
    String path = exchange.getRequestURI().getPath();
    Matcher object = OBJECT.matcher(path);
    if (!object.matches()) {
      return discovery(path);
    }
    String api = object.group(1);
    String kind = APIS.getOrDefault(api, Map.of()).get(object.group(3));
    if (kind == null) {
      throw new RefusedException(404, "no such kind");
    }
    String name = object.group(4);
    return switch (exchange.getRequestMethod()) {
      case "GET" -> name == null ? list(exchange, path, api, kind) : existing(path);
      case "DELETE" -> delete(path);
      default -> write(exchange.getRequestMethod(), path, api, kind, read(body));
    };
  }

  private static JsonNode discovery(String path) throws RefusedException {
    ObjectNode answer = JSON.createObjectNode();
    if (path.equals("/version")) {
      return answer.put("major", "1").put("minor", "33").put("gitVersion", "v1.33.0");
    }
    if (path.equals("/api")) {
      answer.put("kind", "APIVersions").putArray("versions").add("v1");
      return answer;
    }
    if (path.equals("/apis")) {
      ArrayNode groups = answer.put("kind", "APIGroupList").putArray("groups");
      APIS.keySet().stream()
          .filter(api -> api.contains("/"))
          .forEach(
              api -> {
                ObjectNode group = groups.addObject().put("name", api.split("/")[0]);
                ObjectNode version = JSON.createObjectNode();
                version.put("groupVersion", api).put("version", api.split("/")[1]);
                group.putArray("versions").add(version);
                group.set("preferredVersion", version.deepCopy());
              });
      return answer;
    }
    if (path.startsWith(OPENAPI)) {
      return openApi(path);
    }
    String api = path.replaceFirst("^/apis?/", "");
    if (!APIS.containsKey(api)) {
      throw new RefusedException(404, "the server could not find the requested resource");
    }
    ArrayNode resources =
        answer.put("kind", "APIResourceList").put("groupVersion", api).putArray("resources");
    APIS.get(api)
        .forEach(
            (plural, kind) -> {
              ObjectNode one = resources.addObject().put("name", plural).put("kind", kind);
              one.put("namespaced", true).put("singularName", "");
              ArrayNode verbs = one.putArray("verbs");
              List.of("create", "delete", "get", "list", "patch", "update", "watch")
                  .forEach(verbs::add);
            });
    return answer;
  }

  /** Says of every kind that the server itself refuses unknown fields, and no more. */
  private static JsonNode openApi(String path) {
    ObjectNode answer = JSON.createObjectNode();
    ObjectNode paths = answer.putObject("paths");
    if (path.equals(OPENAPI)) {
      APIS.keySet()
          .forEach(
              api -> {
                String place = (api.contains("/") ? "apis/" : "api/") + api;
                paths.putObject(place).put("serverRelativeURL", OPENAPI + "/" + place);
              });
      return answer;
    }
    String api = path.substring(OPENAPI.length()).replaceFirst("^/apis?/", "");
    answer.put("openapi", "3.0.0");
    APIS.getOrDefault(api, Map.of())
        .forEach(
            (plural, kind) -> {
              ObjectNode patch = paths.putObject("/" + plural + "/{name}").putObject("patch");
              patch
                  .putArray("parameters")
                  .addObject()
                  .put("name", "fieldValidation")
                  .put("in", "query");
              int slash = api.indexOf('/');
              patch
                  .putObject("x-kubernetes-group-version-kind")
                  .put("group", slash < 0 ? "" : api.substring(0, slash))
                  .put("version", api.substring(slash + 1))
                  .put("kind", kind);
            });
    return answer;
  }

  private ObjectNode existing(String path) throws RefusedException {
    ObjectNode object = objects.get(path);
    if (object == null) {
      throw new RefusedException(404, path + " not found");
    }
    return object;
  }

  private JsonNode delete(String path) throws RefusedException {
    ObjectNode gone = existing(path);
    objects.remove(path);
    history.add("delete " + label(gone));
    return gone;
  }

  private static String label(JsonNode object) {
    return "%s/%s".formatted(object.get("kind").asText(), object.at("/metadata/name").asText());
  }

  /** A list, or for a watch the same as events, after which the client asks again. */
  private @Nullable JsonNode list(HttpExchange exchange, String path, String api, String kind)
      throws IOException {
    Map<String, String> query = query(exchange);
    List<ObjectNode> found =
        objects.entrySet().stream()
            .filter(e -> e.getKey().startsWith(path + "/"))
            .map(Map.Entry::getValue)
            .filter(object -> isSelected(object, query))
            .toList();
    if (query.getOrDefault("watch", "false").matches("1|true")) {
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, 0);
      boolean isFirst = query.getOrDefault("sendInitialEvents", "false").equals("true");
      for (ObjectNode object : isFirst ? found : List.<ObjectNode>of()) {
        send(exchange, "ADDED", object);
      }
      send(exchange, isFirst ? "BOOKMARK" : "ERROR", isFirst ? bookmark(api, kind) : tooOld());
      return null;
    }
    ObjectNode list = JSON.createObjectNode().put("kind", kind + "List").put("apiVersion", api);
    list.putObject("metadata").put("resourceVersion", String.valueOf(version));
    list.putArray("items").addAll(found);
    return list;
  }

  private static void send(HttpExchange exchange, String type, ObjectNode object)
      throws IOException {
    ObjectNode event = JSON.createObjectNode().put("type", type);
    event.set("object", object);
    exchange.getResponseBody().write(JSON.writeValueAsBytes(event));
  }

  /** Says that a watch has told all that there is. */
  private ObjectNode bookmark(String api, String kind) {
    ObjectNode object = JSON.createObjectNode().put("kind", kind).put("apiVersion", api);
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("resourceVersion", String.valueOf(version));
    metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
    return object;
  }

  /** Nothing is kept of the past: who goes on watching has to begin anew. */
  private static ObjectNode tooOld() {
    ObjectNode status = JSON.createObjectNode().put("kind", "Status").put("apiVersion", "v1");
    return status.put("status", "Failure").put("reason", "Expired").put("code", 410);
  }

  private static Map<String, String> query(HttpExchange exchange) {
    String query = exchange.getRequestURI().getRawQuery();
    return query == null
        ? Map.of()
        : Arrays.stream(query.split("&"))
            .map(pair -> pair.split("=", 2))
            .collect(
                Collectors.toMap(
                    pair -> pair[0],
                    pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8),
                    (a, b) -> b));
  }

  private static boolean isSelected(ObjectNode object, Map<String, String> query) {
    for (String label : query.getOrDefault("labelSelector", "").split(",")) {
      String[] pair = label.split("=", 2);
      if (pair.length == 2
          && !object.get("metadata").path("labels").path(pair[0]).asText().equals(pair[1])) {
        return false;
      }
    }
    String field = query.getOrDefault("fieldSelector", "");
    return !field.startsWith("metadata.name=")
        || object.at("/metadata/name").asText().equals(field.substring("metadata.name=".length()));
  }

  private JsonNode write(String method, String path, String api, String kind, ObjectNode object)
      throws RefusedException {
    String place = method.equals("POST") ? path + "/" + object.at("/metadata/name").asText() : path;
    ObjectNode before = objects.get(place);
    if (method.equals("POST") && before != null) {
      throw new RefusedException(409, place + " already exists");
    }
    object.put("kind", kind).put("apiVersion", api);
    check(before, object);
    version++;
    ObjectNode metadata = (ObjectNode) object.get("metadata");
    metadata.put("resourceVersion", String.valueOf(version));
    metadata.put("uid", before == null ? "uid-" + version : before.at("/metadata/uid").asText());
    objects.put(place, before == null ? outcome.apply(object) : object);
    history.add((before == null ? "create " : "change ") + label(object));
    return objects.get(place);
  }

  private static void check(@Nullable ObjectNode before, ObjectNode object)
      throws RefusedException {
    try {
      Models.check(object);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(422, label(object) + ": " + e.getMessage());
    }
    if (before != null && object.get("kind").asText().equals("StatefulSet")) {
      ObjectNode old = before.get("spec").deepCopy();
      ObjectNode now = object.get("spec").deepCopy();
      if (!old.remove(CHANGEABLE).equals(now.remove(CHANGEABLE))) {
        throw new RefusedException(422, "these fields of a StatefulSet cannot be changed: " + now);
      }
    }
  }

  private static ObjectNode read(byte[] body) throws IOException {
    if (body.length < BINARY.length || !Arrays.equals(body, 0, 4, BINARY, 0, 4)) {
      return (ObjectNode) Module.YAML.readTree(body);
    }
    Runtime.Unknown unknown =
        Runtime.Unknown.parseFrom(Arrays.copyOfRange(body, BINARY.length, body.length));
    V1.Secret secret = V1.Secret.parseFrom(unknown.getRaw());
    ObjectNode object = JSON.createObjectNode();
    ObjectNode metadata = object.putObject("metadata").put("name", secret.getMetadata().getName());
    ObjectNode labels = metadata.putObject("labels");
    secret.getMetadata().getLabelsMap().forEach(labels::put);
    ObjectNode data = object.put("type", secret.getType()).putObject("data");
    secret.getDataMap().forEach((key, value) -> data.put(key, value.toByteArray()));
    return object;
  }

  @Override
  public void close() {
    server.stop(0);
    if (server.getExecutor() instanceof ExecutorService executor) {
      executor.shutdownNow();
    }
  }
}
