package dev.oncegate.helm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.oncegate.testbed.stack.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Does on this machine what a kubelet does with a container of a rendered pod: mounts its volumes,
 * makes up its environment, and starts its command line, with nothing of this process's own
 * environment. Paths of mounts become folders of a temporary directory, wherever they stand; that
 * is the only difference.
 */
final class Kubelet {
  private final Rendering rendering;
  private final Path root;
  private final Map<String, Map<String, String>> secrets;

  /**
   * @param root for all volumes; those that are not secrets or settings are kept from one start to
   *     the next
   * @param secrets keys and values by the name of the secret
   */
  Kubelet(Rendering rendering, Path root, Map<String, Map<String, String>> secrets) {
    this.rendering = rendering;
    this.root = root;
    this.secrets = secrets;
  }

  /**
   * A container that was started.
   *
   * @param log what it has put out
   */
  record Running(Process process, Path log) implements AutoCloseable {
    /** Waits for its end. */
    int exitCode() throws InterruptedException {
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        throw new AssertionError("still runs: " + text());
      }
      return process.exitValue();
    }

    /** Sends SIGTERM, as a kubelet does, and waits for the end. */
    int terminate(int graceSeconds) throws InterruptedException {
      process.toHandle().destroy();
      if (!process.waitFor(graceSeconds, TimeUnit.SECONDS)) {
        throw new AssertionError("did not end within its grace period: " + text());
      }
      return process.exitValue();
    }

    String text() {
      return Module.textOf(log);
    }

    /**
     * Warnings and errors in the log, but for two that come of how it is run here: alone, with no
     * second instance for the standbys, and with its volumes in a temporary folder.
     */
    List<String> complaints() {
      return text()
          .lines()
          .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
          .filter(line -> !line.contains("Unable to assign 1 of 1 standby tasks"))
          .filter(line -> !line.contains("Using an OS temp directory in the state.dir"))
          .toList();
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  /**
   * Starts the first container of a pod.
   *
   * @param podName metadata.name
   * @param program what the image runs: the entry point comes with it, not with the chart, unless
   *     the container has a command
   */
  Running start(JsonNode pod, String podName, List<String> program) {
    JsonNode container = pod.at("/containers/0");
    Path home = root.resolve(podName);
    Map<String, Path> mounts = mount(pod, container, home);
    List<String> commandLine = new ArrayList<>(program);
    container.path("command").forEach(word -> commandLine.add(here(word.asText(), mounts)));
    container.path("args").forEach(word -> commandLine.add(here(word.asText(), mounts)));
    Path log = home.resolve(container.get("name").asText() + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(commandLine).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().clear();
    environment(container, podName)
        .forEach((k, v) -> builder.environment().put(k, here(v, mounts)));
    try {
      return new Running(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The gate's program on the class path of this test, as an image's entry point would run it. */
  static List<String> gate() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        ChildJvm.ownClassPath(),
        "dev.oncegate.cli.Oncegate");
  }

  /** The environment of a container, in its order: a value may use those before it. */
  static Map<String, String> environment(JsonNode container, String podName) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (JsonNode variable : container.path("env")) {
      String value =
          switch (variable.at("/valueFrom/fieldRef/fieldPath").asText()) {
            case "metadata.name" -> podName;
            case "status.podIP" -> "127.0.0.1";
            default -> variable.path("value").asText();
          };
      Matcher reference = Pattern.compile("\\$\\(([A-Za-z_]+)\\)").matcher(value);
      environment.put(
          variable.get("name").asText(),
          reference.replaceAll(
              found ->
                  Matcher.quoteReplacement(
                      environment.getOrDefault(found.group(1), found.group()))));
    }
    return environment;
  }

  private Map<String, Path> mount(JsonNode pod, JsonNode container, Path home) {
    Map<String, Path> places =
        new TreeMap<>(
            Comparator.comparing(String::length)
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
    // The checkout may lie below a path of a mount, /tmp for one, and is named in full where it is
    // meant.
    Path checkout = Module.ROOT.toAbsolutePath().getParent();
    places.put(checkout.toString(), checkout);
    for (JsonNode mount : container.path("volumeMounts")) {
      String name = mount.get("name").asText();
      places.put(mount.get("mountPath").asText(), home.resolve("volumes").resolve(name));
    }
    for (JsonNode mount : container.path("volumeMounts")) {
      Path folder = places.get(mount.get("mountPath").asText());
      try {
        Files.createDirectories(folder);
        for (Map.Entry<String, String> file :
            contents(pod, mount.get("name").asText()).entrySet()) {
          write(folder, file.getKey(), here(file.getValue(), places));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return places;
  }

  /** As a kubelet does: the file is a link into a folder that a link replaces as a whole. */
  private static void write(Path folder, String name, String text) throws IOException {
    Path version = folder.resolve("..2026_11_25");
    Files.createDirectories(version);
    Files.writeString(version.resolve(name), text);
    Path data = folder.resolve("..data");
    if (!Files.exists(data)) {
      Files.createSymbolicLink(data, version.getFileName());
    }
    if (!Files.exists(folder.resolve(name))) {
      Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
    }
  }

  private Map<String, String> contents(JsonNode pod, String volume) {
    for (JsonNode one : pod.path("volumes")) {
      if (one.get("name").asText().equals(volume) && one.has("configMap")) {
        Map<String, String> files = new TreeMap<>();
        rendering
            .the("ConfigMap", one.at("/configMap/name").asText())
            .get("data")
            .properties()
            .forEach(e -> files.put(e.getKey(), e.getValue().asText()));
        return files;
      }
      if (one.get("name").asText().equals(volume) && one.has("secret")) {
        String secret = one.at("/secret/secretName").asText();
        if (!secrets.containsKey(secret)) {
          throw new IllegalArgumentException("there is no secret " + secret);
        }
        return secrets.get(secret);
      }
    }
    return Map.of();
  }

  /** In one pass: what has become a folder here may lie below the path of another mount. */
  private static String here(String text, Map<String, Path> mounts) {
    String paths = mounts.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|"));
    return Pattern.compile("(?<![\\w.-])(%s)(?=[/:,]|$)".formatted(paths), Pattern.MULTILINE)
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(mounts.get(found.group(1)).toString()));
  }
}
