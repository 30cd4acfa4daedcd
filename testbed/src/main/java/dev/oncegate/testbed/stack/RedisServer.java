package dev.oncegate.testbed.stack;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Redis server as a child process, on loopback, with its append-only file in one directory. Maven
 * has none that is not ten years old, so the program is the system's.
 */
public final class RedisServer implements AutoCloseable {
  private static final String PROGRAM = "redis-server";
  private static final int OLDEST = 7;
  private static final Pattern VERSION = Pattern.compile("v=((\\d+)[.\\d]*)");
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(20);

  private final ChildJvm process;
  private final int port;

  private RedisServer(ChildJvm process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Finds the program.
   *
   * @param chosen by the user; null: the one on the PATH
   * @throws StackException saying what to do where there is none, or one older than 7
   */
  public static Path program(@Nullable Path chosen) {
    Path program = chosen == null ? onPath() : chosen;
    String version = version(program);
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.find() || Integer.parseInt(matcher.group(2)) < OLDEST) {
      throw new StackException(
          "%s is no Redis %d or later: %s".formatted(program, OLDEST, version.strip()));
    }
    return program;
  }

  private static Path onPath() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new StackException(
                    "there is no redis-server on the PATH: install the package redis-server, or tell by --redis-server where one is"));
  }

  private static String version(Path program) {
    try {
      Process asked =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      asked.getOutputStream().close();
      return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StackException("%s does not run: %s".formatted(program, e.getMessage()), e);
    }
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param appendFsync when it forces its append-only file to disk: always or everysec
   */
  public static RedisServer start(Path program, Path directory, String appendFsync) {
    int port = Ports.free();
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StackException(
          "the directory %s of Redis cannot be made: %s".formatted(directory, e), e);
    }
    List<String> line =
        List.of(
            program.toString(),
            "--bind",
            "127.0.0.1",
            "--port",
            String.valueOf(port),
            "--dir",
            directory.toAbsolutePath().toString(),
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            appendFsync);
    ChildJvm process =
        ChildJvm.startNative("Redis", Kept.line(line), directory.resolve("redis.log"));
    process.awaitReady(READY_TIMEOUT, () -> Ports.answers(port), new CompletableFuture<>());
    return new RedisServer(process, port);
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.close();
  }
}
