package dev.oncegate.testbed.ingress;

import dev.oncegate.ingress.IngressCommand;
import dev.oncegate.testbed.stack.ChildJvm;
import dev.oncegate.testbed.stack.Stack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code oncegate ingress} in a process of its own, as it runs in earnest. */
final class IngressProcess implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Pattern URL = Pattern.compile("actions +(http://[^ ]+)/v1/actions");

  private final ChildJvm jvm;
  private final Path log;

  private IngressProcess(ChildJvm jvm, Path log) {
    this.jvm = jvm;
    this.log = log;
  }

  static IngressProcess start(Stack stack, Path directory, Map<String, String> settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "ingress",
                "--bootstrap-server",
                stack.bootstrapServers(),
                "--registry",
                stack.registryUrl(),
                "--set",
                "ingress.port=0"));
    settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    Path log = directory.resolve("ingress-%d.log".formatted(System.nanoTime()));
    IngressProcess started =
        new IngressProcess(
            ChildJvm.start(
                new ChildJvm.Program(
                    "the ingress",
                    List.of("-Xmx128m", "-Doncegate.home=" + directory),
                    ChildJvm.ownClassPath(),
                    IngressCommand.class.getName(),
                    arguments,
                    log)),
            log);
    started.jvm.awaitReady(
        READY_TIMEOUT, () -> started.log().contains("ready;"), new CompletableFuture<>());
    return started;
  }

  private String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens, as it says itself. */
  String url() {
    Matcher matcher = URL.matcher(log());
    if (!matcher.find()) {
      throw new IllegalStateException("no address in " + log());
    }
    return matcher.group(1);
  }

  /** By SIGKILL. */
  void kill() {
    jvm.kill();
  }

  @Override
  public void close() {
    jvm.close();
  }
}
