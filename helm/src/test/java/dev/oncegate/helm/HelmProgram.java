package dev.oncegate.helm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The helm program: the one that -Doncegate.helm names, or the one on the PATH. */
record HelmProgram(Path file) {
  /** What a run put out. */
  record Outcome(int exitCode, String text, String errors) {}

  static Optional<HelmProgram> find() {
    String named = System.getProperty("oncegate.helm", "");
    if (!named.isEmpty()) {
      return Optional.of(new HelmProgram(Path.of(named)));
    }
    return Module.onThePath("helm").map(HelmProgram::new);
  }

  /**
   * Runs it.
   *
   * @param directory for what it keeps
   */
  Outcome run(Path directory, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(file.toString());
    line.addAll(List.of(arguments));
    Path errors = directory.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(line).redirectError(errors.toFile());
    builder.environment().put("HELM_CACHE_HOME", directory.resolve("cache").toString());
    builder.environment().put("HELM_CONFIG_HOME", directory.resolve("config").toString());
    builder.environment().put("HELM_DATA_HOME", directory.resolve("data").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text, Files.readString(errors));
  }
}
