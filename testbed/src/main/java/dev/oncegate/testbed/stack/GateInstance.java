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
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * An instance of the gate in a JVM of its own, as {@code serve} runs it. It may be started again
 * and again: on the state that the start before has left.
 */
public final class GateInstance implements AutoCloseable {
  /** Small, and quick to start. */
  private static final List<String> FLAGS =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private static final Duration START = Duration.ofSeconds(60);

  private final String name;
  private final Path directory;
  private final Path configFile;
  private final Main main;
  private final List<String> flags;
  private final List<Path> logs = new ArrayList<>();
  private ChildJvm jvm;

  /**
   * What runs in the JVM.
   *
   * @param arguments those of the main method, for the file of the gate's settings
   */
  public record Main(String className, Function<Path, List<String>> arguments) {
    static final Main SERVE =
        new Main(
            Oncegate.class.getName(), config -> List.of("serve", "--config", config.toString()));
  }

  /**
   * Starts an instance; it works after {@link #awaitRunning}.
   *
   * @param name also its client.id, by which the group knows it
   * @param directory for its state, its configuration and its logs
   */
  public GateInstance(String name, Path directory, Map<String, String> settings) {
    this(name, directory, settings, Main.SERVE);
  }

  /** Starts an instance whose JVM has other flags. */
  public GateInstance(
      String name, Path directory, Map<String, String> settings, List<String> flags) {
    this(name, directory, settings, Main.SERVE, flags);
  }

  /** Starts an instance with a main class of its own. */
  public GateInstance(String name, Path directory, Map<String, String> settings, Main main) {
    this(name, directory, settings, main, FLAGS);
  }

  private GateInstance(
      String name, Path directory, Map<String, String> settings, Main main, List<String> flags) {
    this.main = main;
    this.flags = flags;
    this.name = name;
    this.directory = directory;
    this.configFile = directory.resolve("gate.properties");
    Properties properties = new Properties();
    properties.putAll(settings);
    properties.put("client.id", name);
    properties.put("state.dir", state().toString());
    // Several run on this machine.
    properties.put("gate.ops.listener", "127.0.0.1:0");
    try {
      Files.createDirectories(directory);
      try (Writer writer = Files.newBufferedWriter(configFile)) {
        properties.store(writer, null);
      }
    } catch (IOException e) {
      throw new StackException(
          "the directory %s of gate %s cannot be written: %s".formatted(directory, name, e), e);
    }
    jvm = launch(List.of());
  }

  private ChildJvm launch(List<String> within) {
    Path log = directory.resolve("%s-%d.log".formatted(name, logs.size() + 1));
    logs.add(log);
    return ChildJvm.start(
        new ChildJvm.Program(
            "gate " + name,
            flags,
            ChildJvm.ownClassPath(),
            main.className(),
            main.arguments().apply(configFile),
            log,
            within));
  }

  /** Waits until it has joined the group and works on what it was given. */
  public void awaitRunning() {
    awaitRunning(START);
  }

  /**
   * Waits until it has joined the group and restored what it was given, for as long as that may
   * take.
   */
  public void awaitRunning(Duration atMost) {
    Path log = logs.get(logs.size() - 1);
    jvm.awaitReady(atMost, () -> textOf(log).contains("RUNNING after"), new CompletableFuture<>());
  }

  public String name() {
    return name;
  }

  /** Starts it again after its end, and waits until it works. */
  public void restart() {
    begin();
    awaitRunning();
  }

  /** Starts it again after its end; it works after {@link #awaitRunning}. */
  public void begin() {
    jvm = launch(List.of());
  }

  /**
   * Starts it again after its end.
   *
   * @param within a command that becomes the JVM, which follows it as its last arguments
   */
  public void begin(List<String> within) {
    jvm = launch(within);
  }

  /** Lets it stand still until {@link #thaw}. */
  public void freeze() {
    jvm.freeze();
  }

  /** Lets it go on. */
  public void thaw() {
    jvm.thaw();
  }

  public long pid() {
    return jvm.pid();
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

  /** Where its state lies. */
  public Path state() {
    return directory.resolve("state");
  }

  /** Whether the current start has not ended. */
  public boolean isAlive() {
    return jvm.isAlive();
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

  /** Ends it by SIGTERM; it may be started again. */
  public void stop() {
    jvm.close();
  }

  @Override
  public void close() {
    stop();
  }
}
