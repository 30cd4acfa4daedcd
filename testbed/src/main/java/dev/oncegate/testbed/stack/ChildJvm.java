package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A program in a JVM of its own, of the same Java as this one. It ends when it is closed and when
 * this process ends.
 *
 * <p>It does not hear Ctrl-C, which a terminal sends to all processes of the foreground: the parent
 * decides the order in which things stop.
 */
public final class ChildJvm implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final int TAIL_LINES = 20;
  private static final int FIRST_JAVA_THAT_WARNS_OF_NATIVE_ACCESS = 24;

  private final String name;
  private final Process process;
  private final Path log;

  private ChildJvm(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * What to run.
   *
   * @param name for errors
   * @param jvmFlags heap, collector, system properties
   * @param classPath must hold {@link Child}
   * @param mainClass its public static main(String[]) is run
   * @param log takes standard output and error; what an earlier start wrote is replaced
   * @param within a command that becomes the JVM, which follows it as its last arguments; usually
   *     none
   */
  public record Program(
      String name,
      List<String> jvmFlags,
      String classPath,
      String mainClass,
      List<String> arguments,
      Path log,
      List<String> within) {

    /** A program that needs no command before it. */
    public Program(
        String name,
        List<String> jvmFlags,
        String classPath,
        String mainClass,
        List<String> arguments,
        Path log) {
      this(name, jvmFlags, classPath, mainClass, arguments, log, List.of());
    }
  }

  /** The class path of this JVM. */
  public static String ownClassPath() {
    return System.getProperty("java.class.path");
  }

  /**
   * {@link Child} alone, for the class path of a program that is not ours: with the rest of our
   * class path it would find classes that are not its own.
   *
   * @param directory takes a copy
   * @return the entry of the class path
   */
  static Path copyOfChild(Path directory) throws IOException {
    Path root = directory.resolve("child");
    String name = Child.class.getName().replace('.', '/') + ".class";
    Path copy = root.resolve(name);
    Files.createDirectories(copy.getParent());
    try (InputStream bytes = Child.class.getClassLoader().getResourceAsStream(name)) {
      Files.copy(bytes, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    return root;
  }

  /** Starts the program; it may end at once: see {@link #awaitReady}. */
  public static ChildJvm start(Program program) {
    return start(program, Map.of());
  }

  /**
   * Starts the program; it may end at once: see {@link #awaitReady}.
   *
   * @param environment variables added to those of this process
   */
  static ChildJvm start(Program program, Map<String, String> environment) {
    ProcessBuilder builder =
        new ProcessBuilder(commandLine(program))
            .redirectErrorStream(true)
            .redirectOutput(program.log().toFile());
    builder.environment().putAll(environment);
    // Not as an argument, where its length hides all else in a list of processes.
    builder.environment().put("CLASSPATH", program.classPath());
    try {
      return new ChildJvm(program.name(), builder.start(), program.log());
    } catch (IOException e) {
      throw new StackException(
          "%s does not start: %s".formatted(program.name(), e.getMessage()), e);
    }
  }

  /**
   * Starts a program that is no JVM; it must see to it by itself that it ends with this process.
   *
   * @param log takes standard output and error; what an earlier start wrote is replaced
   */
  static ChildJvm startNative(String name, List<String> commandLine, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(commandLine).redirectErrorStream(true).redirectOutput(log.toFile());
    try {
      return new ChildJvm(name, builder.start(), log);
    } catch (IOException e) {
      throw new StackException("%s does not start: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static List<String> commandLine(Program program) {
    // A signal that is ignored at exec stays ignored: Java has no supported way to ignore one.
    List<String> line =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$0\" \"$@\""));
    line.addAll(program.within());
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= FIRST_JAVA_THAT_WARNS_OF_NATIVE_ACCESS) {
      line.add("--enable-native-access=ALL-UNNAMED");
    }
    line.addAll(program.jvmFlags());
    line.addAll(List.of(Child.class.getName(), program.mainClass()));
    line.addAll(program.arguments());
    return line;
  }

  /**
   * Waits until the program is ready.
   *
   * @param ready is asked again and again; must return soon
   * @param stop ends the waiting when it is complete
   * @throws StackException with the end of the log, where the program ends before or is not ready
   *     in time
   * @throws StoppedException where it was told to stop
   */
  public void awaitReady(Duration timeout, BooleanSupplier ready, CompletableFuture<?> stop) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!ready.getAsBoolean()) {
      if (stop.isDone()) {
        throw new StoppedException("told to stop before %s was ready".formatted(name));
      }
      if (System.nanoTime() > deadline) {
        throw failed("was not ready within %d s".formatted(timeout.toSeconds()));
      }
      try {
        if (process.waitFor(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
          throw failed(
              "ended with exit code %d before it was ready".formatted(process.exitValue()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StackException("interrupted while waiting for " + name, e);
      }
    }
  }

  /** What became of the program, with the end of its log. */
  StackException failed(String what) {
    return new StackException("%s %s; the end of %s:%n%s".formatted(name, what, log, logTail()));
  }

  private String logTail() {
    try {
      // Not readAllLines: a log may hold bytes that are no UTF-8.
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Completes when the program has ended, whoever ended it, with what there is to say about it. */
  public CompletableFuture<StackException> ended() {
    return process
        .onExit()
        .thenApply(end -> failed("ended with exit code %d".formatted(end.exitValue())));
  }

  /** Whether the program runs or stands still, at this moment: {@link #ended} is told later. */
  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Ends the program by SIGTERM and, if it does not end in 20 s, by SIGKILL; returns when it has
   * ended.
   */
  @Override
  public void close() {
    // Not Process.destroy(), which closes the pipe too: Child would take that for the end of the
    // parent and halt.
    process.toHandle().destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the program and all that it has started by SIGKILL; returns when they have ended. */
  void killAll() {
    List<ProcessHandle> descendants = process.descendants().toList();
    descendants.forEach(ProcessHandle::destroyForcibly);
    kill();
    descendants.forEach(descendant -> descendant.onExit().join());
  }

  /** Lets the program stand still (SIGSTOP) until {@link #thaw}; it still can be killed. */
  public void freeze() {
    signal("STOP");
  }

  /** Lets the program go on (SIGCONT). */
  public void thaw() {
    signal("CONT");
  }

  /** By the shell: Java itself sends SIGTERM and SIGKILL only. */
  private void signal(String signal) {
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -%s %d".formatted(signal, pid())).start().waitFor();
    } catch (IOException e) {
      throw new StackException("%s cannot be sent SIG%s".formatted(name, signal), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the program by SIGKILL, as an accident would; returns when it has ended. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }
}
