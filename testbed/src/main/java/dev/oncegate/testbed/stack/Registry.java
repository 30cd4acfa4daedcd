package dev.oncegate.testbed.stack;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A schema registry with Confluent's API in a child JVM, on loopback, with its data in one
 * directory.
 */
public final class Registry extends ChildServer {
  private static final String COMPATIBILITY = "FULL_TRANSITIVE";
  private static final String MAIN_CLASS = "io.quarkus.runner.GeneratedMain";
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

  private final int port;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_TIMEOUT)
          .build();

  private Registry(ChildJvm jvm, int port) {
    super(jvm);
    this.port = port;
  }

  /**
   * Starts a registry; it answers after {@link #awaitReady}.
   *
   * @param directory its data, kept between starts, and its log file, registry.log
   * @param port 0: any free one
   */
  public static Registry start(Path directory, int port) {
    int chosen = Ports.choose(port, Stack.REGISTRY_PORT_SETTING);
    try {
      Files.createDirectories(directory);
      String classPath = ChildJvm.copyOfChild(directory) + File.pathSeparator + runnerJar();
      List<String> flags =
          List.of(
              "-Xmx384m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Dquarkus.http.host=127.0.0.1",
              "-Dquarkus.http.port=" + chosen,
              // The management port listens on all interfaces unless it is told otherwise.
              "-Dquarkus.management.host=127.0.0.1",
              "-Dquarkus.management.port=" + Ports.free(),
              "-Dapicurio.datasource.url=jdbc:h2:file:" + directory.resolve("db").toAbsolutePath());
      ChildJvm.Program program =
          new ChildJvm.Program(
              "the registry",
              flags,
              classPath,
              MAIN_CLASS,
              List.of(),
              directory.resolve("registry.log"));
      return new Registry(ChildJvm.start(program), chosen);
    } catch (IOException e) {
      throw new StackException(
          "the registry's directory %s cannot be written: %s".formatted(directory, e), e);
    }
  }

  /** The build unpacks the registry beside the classes or the jar of this module. */
  private static Path runnerJar() throws IOException {
    Path home = ownLocation().resolveSibling("registry");
    if (Files.isDirectory(home)) {
      try (Stream<Path> files = Files.list(home)) {
        return files
            .filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
            .findFirst()
            .orElseThrow(() -> notUnpacked(home));
      }
    }
    throw notUnpacked(home);
  }

  private static Path ownLocation() {
    try {
      return Path.of(Registry.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StackException notUnpacked(Path home) {
    return new StackException(
        "no registry in %s: build the testbed module with Maven, which unpacks it".formatted(home));
  }

  /**
   * Waits until the registry serves, and sets its compatibility.
   *
   * @param stop ends the waiting when it is complete, with a StoppedException
   */
  public void awaitReady(CompletableFuture<?> stop) {
    jvm.awaitReady(
        READY_TIMEOUT, () -> Ports.answers(port) && statusOf(get("/subjects")) == 200, stop);
    HttpRequest setCompatibility =
        request("/config")
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .PUT(
                HttpRequest.BodyPublishers.ofString(
                    "{\"compatibility\":\"%s\"}".formatted(COMPATIBILITY)))
            .build();
    int status = statusOf(setCompatibility);
    if (status != 200) {
      throw jvm.failed("answered %d when its compatibility was set".formatted(status));
    }
  }

  private HttpRequest get(String path) {
    return request(path).GET().build();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path)).timeout(ANSWER_TIMEOUT);
  }

  /** The status of the answer, 0 where there is none. */
  private int statusOf(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /** The base URL of Confluent's API. */
  public String url() {
    return "http://127.0.0.1:%d/apis/ccompat/v7".formatted(port);
  }

  public int port() {
    return port;
  }
}
