package dev.oncegate.cli;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.ops.Operations;
import dev.oncegate.ops.telemetry.Telemetry;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code serve}: the gate alone, for production. */
@Command(
    name = "serve",
    description = "Runs the gate against a cluster, until SIGTERM stops it.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options;

  @Override
  public Integer call() {
    GateConfig config = options.config();
    CompletableFuture<Void> stop = StopRequest.listen();
    try (Telemetry telemetry = Telemetry.of(config);
        Operations operations = Operations.open(config)) {
      operations.publish(telemetry.scrape());
      return serve(operations, telemetry, stop);
    }
  }

  private static int serve(
      Operations operations, Telemetry telemetry, CompletableFuture<Void> stop) {
    // Not a field: this class is loaded with every command, and others choose what is logged first.
    Logger log = LoggerFactory.getLogger(ServeCommand.class);
    operations.url().ifPresent(url -> log.info("The operations endpoint is at {}.", url));
    CompletableFuture<Gate> start =
        CompletableFuture.supplyAsync(
            () -> start(telemetry, operations.config()), StopRequest.beside("gate-start"));
    try {
      CompletableFuture.anyOf(start, stop).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof KafkaException cause ? cause : e;
    }
    if (!start.isDone()) {
      return CommandLine.ExitCode.OK;
    }
    try (Gate gate = start.join()) {
      operations.watch(gate);
      CompletableFuture.anyOf(gate.ended(), stop).join();
      return stop.isDone() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
  }

  private static Gate start(Telemetry telemetry, GateConfig config) {
    try {
      return telemetry.start(config);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
