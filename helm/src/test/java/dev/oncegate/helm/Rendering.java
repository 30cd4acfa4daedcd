package dev.oncegate.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the chart renders, by Helm in this process.
 *
 * @param text as Helm puts it out, hooks included
 */
record Rendering(String text) {
  /** The release and the namespace of every rendering. */
  static final String RELEASE = "gate";

  static final String NAMESPACE = "agents";

  private static final String HOOK = "helm.sh/hook";
  private static final String HIDDEN_HOOK = "hidden.helm.sh/hook";

  /** The chart with a values file of the matrix. */
  static Rendering of(String values) {
    return of(Module.values(values), Map.of());
  }

  /**
   * The chart with a values file and single values beside it.
   *
   * @throws IllegalStateException where Helm refuses
   */
  static Rendering of(Path values, Map<String, ?> set) {
    Path chart = copyWithHiddenHooks();
    try {
      TemplateCommand command =
          new Helm(chart)
              .template()
              .withName(RELEASE)
              .withNamespace(NAMESPACE)
              .withKubeVersion("1.33.0")
              .withValuesFile(values);
      set.forEach(command::set);
      return new Rendering(command.call().replace(HIDDEN_HOOK, HOOK));
    } finally {
      delete(chart);
    }
  }

  /** Helm in this process leaves hooks out of what it shows: here they look like all the rest. */
  private static Path copyWithHiddenHooks() {
    try (Stream<Path> files = Files.walk(Module.CHART)) {
      Path copy = Files.createTempDirectory("oncegate-chart").resolve("oncegate");
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = copy.resolve(Module.CHART.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.writeString(target, Files.readString(file).replace(HOOK, HIDDEN_HOOK));
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void delete(Path chart) {
    try (Stream<Path> files = Files.walk(chart.getParent())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All objects. */
  List<JsonNode> objects() {
    List<JsonNode> objects = new ArrayList<>();
    try (var documents = Module.YAML.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      documents.forEachRemaining(
          document -> {
            if (document.isObject()) {
              objects.add(document);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return objects;
  }

  /** The objects of a kind. */
  List<JsonNode> all(String kind) {
    return objects().stream().filter(object -> object.get("kind").asText().equals(kind)).toList();
  }

  /** The only object of a kind. */
  JsonNode the(String kind) {
    List<JsonNode> all = all(kind);
    if (all.size() != 1) {
      throw new IllegalArgumentException("there are %d of kind %s".formatted(all.size(), kind));
    }
    return all.get(0);
  }

  /** The object of a kind with a name. */
  JsonNode the(String kind, String name) {
    return all(kind).stream()
        .filter(object -> object.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no %s %s".formatted(kind, name)));
  }

  /** The pods that come of it: those of workloads, and pods themselves. */
  List<JsonNode> podSpecs() {
    return objects().stream()
        .map(
            object ->
                object.get("kind").asText().equals("Pod")
                    ? object.get("spec")
                    : object.at("/spec/template/spec"))
        .filter(JsonNode::isObject)
        .toList();
  }
}
