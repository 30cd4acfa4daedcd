package dev.oncegate.helm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The definitions of all kinds of objects that the chart renders. */
final class Models {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** By name: the compiler would miss annotations that these classes bear. */
  private static final Map<String, String> CUSTOM =
      Map.of(
          "monitoring.coreos.com/v1 PodMonitor",
              "io.fabric8.openshift.api.model.monitoring.v1.PodMonitor",
          "monitoring.coreos.com/v1 PrometheusRule",
              "io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule",
          "kafka.strimzi.io/v1beta2 KafkaTopic", "io.strimzi.api.kafka.model.topic.KafkaTopic",
          "kafka.strimzi.io/v1beta2 KafkaUser", "io.strimzi.api.kafka.model.user.KafkaUser",
          // The same as v1beta2 in what the chart uses of it.
          "kafka.strimzi.io/v1 KafkaTopic", "io.strimzi.api.kafka.model.topic.KafkaTopic",
          "kafka.strimzi.io/v1 KafkaUser", "io.strimzi.api.kafka.model.user.KafkaUser");

  /** Kubernetes' own, by the version of their API. */
  private static final Map<String, String> VERSIONS =
      Map.of(
          "v1", "V1",
          "apps/v1", "V1",
          "batch/v1", "V1",
          "policy/v1", "V1",
          "networking.k8s.io/v1", "V1",
          "autoscaling/v2", "V2");

  private Models() {}

  /**
   * Refuses an object with fields that its kind does not have or without one that it needs.
   *
   * @throws IllegalArgumentException naming the field
   */
  static void check(JsonNode object) {
    String version = object.get("apiVersion").asText();
    String kind = object.get("kind").asText();
    String name = version + " " + kind;
    if (VERSIONS.containsKey(version)) {
      checkByKubernetes(VERSIONS.get(version) + kind, object);
    } else if (CUSTOM.containsKey(name)) {
      checkByModel(CUSTOM.get(name), object);
    } else if (name.equals("keda.sh/v1alpha1 ScaledObject")) {
      checkBySchema("ScaledObject.json", object);
    } else {
      throw new IllegalArgumentException("no definition of " + name);
    }
  }

  /** Kubernetes' own client tells unknown fields and missing ones. */
  private static void checkByKubernetes(String model, JsonNode object) {
    JsonElement json = JsonParser.parseString(object.toString());
    try {
      Class.forName("io.kubernetes.client.openapi.models." + model)
          .getMethod("validateJsonElement", JsonElement.class)
          .invoke(null, json);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(e.getCause().getMessage(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("no model of " + model, e);
    }
  }

  /**
   * These models keep what they do not know instead of refusing it: what comes out again under
   * their own names has to be all that went in.
   */
  private static void checkByModel(String model, JsonNode object) {
    try {
      Object read = JSON.treeToValue(object, Class.forName(model));
      Set<String> unknown = new TreeSet<>();
      UnknownFields.collect(read, "", unknown);
      if (!unknown.isEmpty()) {
        throw new IllegalArgumentException("unknown fields: " + unknown);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void checkBySchema(String schema, JsonNode object) {
    Set<ValidationMessage> wrong =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
            .getSchema(Module.textOf(Module.RESOURCES.resolve("schemas").resolve(schema)))
            .validate(object);
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(wrong.toString());
    }
  }
}
