package dev.oncegate.testbed.stack;

import dev.oncegate.cli.Oncegate;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * An instance of the gate in a JVM of its own, as {@code serve} runs it. It may be started again
 * and again: on the state that the start before has left.
 */
public final class GateInstance implements AutoCloseable {
  private static final List<String> FLAGS =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  private static final Duration START = Duration.ofSeconds(60);

  private final String name;
  private final Path directory;
  private final Path configFile;
  private final List<Path> logs = new ArrayList<>();
  private ChildJvm jvm;

  /**
   * Starts an instance; it works after {@link #awaitRunning}.
   *
   * @param name also its client.id, by which the group knows it
   * @param directory for its state, its configuration and its logs
   */
  public GateInstance(String name, Path directory, Map<String, String> settings) {
    this.name = name;
    this.directory = directory;
    this.configFile = directory.resolve("gate.properties");
    Properties properties = new Properties();
    properties.putAll(settings);
    properties.put("client.id", name);
    properties.put("state.dir", state().toString());
    try {
      Files.createDirectories(directory);
      try (Writer writer = Files.newBufferedWriter(configFile)) {
        properties.store(writer, null);
      }
    } catch (IOException e) {
      throw new StackException(
          "the directory %s of gate %s cannot be written: %s".formatted(directory, name, e), e);
    }
    jvm = launch();
  }

  private ChildJvm launch() {
    Path log = directory.resolve("%s-%d.log".formatted(name, logs.size() + 1));
    logs.add(log);
    return ChildJvm.start(
        new ChildJvm.Program(
            "gate " + name,
            FLAGS,
            ChildJvm.ownClassPath(),
            Oncegate.class.getName(),
            List.of("serve", "--config", configFile.toString()),
            log));
  }

  /** Waits until it has joined the group and works on what it was given. */
  public void awaitRunning() {
    Path log = logs.get(logs.size() - 1);
    jvm.awaitReady(START, () -> textOf(log).contains("RUNNING after"), new CompletableFuture<>());
  }

  public String name() {
    return name;
  }

  /** Starts it again after its end. */
  public void restart() {
    jvm = launch();
    awaitRunning();
  }

  /** Ends it by SIGKILL. */
  public void kill() {
    jvm.kill();
  }

  /** Deletes what it knows; it must have ended. */
  public void loseState() {
    try (Stream<Path> files = Files.walk(state())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new StackException("%s cannot be deleted: %s".formatted(state(), e), e);
    }
  }

  private Path state() {
    return directory.resolve("state");
  }

  /** How the current start ended, in words. */
  public CompletableFuture<String> ended() {
    return jvm.ended().thenApply(Throwable::getMessage);
  }

  /** Lines of all its logs at level WARN or ERROR, and those that no logger wrote. */
  public List<String> complaints() {
    return logs.stream()
        .flatMap(
            log -> textOf(log).lines().map(line -> "%s: %s".formatted(log.getFileName(), line)))
        .filter(line -> !line.contains(" INFO "))
        .toList();
  }

  private static String textOf(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new StackException("the log %s cannot be read: %s".formatted(log, e), e);
    }
  }

  /** Ends it by SIGTERM. */
  @Override
  public void close() {
    jvm.close();
  }
}
