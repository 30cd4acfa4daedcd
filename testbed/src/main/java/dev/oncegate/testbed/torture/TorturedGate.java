package dev.oncegate.testbed.torture;

import dev.oncegate.cli.StopRequest;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** Runs in the JVM of an instance: {@code serve} with a clock that can be shifted. */
public final class TorturedGate {
  private TorturedGate() {}

  /**
   * @param args the file of the gate's settings, and the file of its clock
   */
  public static void main(String[] args) {
    StopRequest.exitWith(() -> serve(Path.of(args[0]), ShiftedClock.of(Path.of(args[1]))));
  }

  private static int serve(Path settings, InstantSource clock) {
    CompletableFuture<Void> stop = StopRequest.listen();
    CompletableFuture<Gate> start =
        CompletableFuture.supplyAsync(
            () -> start(settings, clock), StopRequest.beside("gate-start"));
    CompletableFuture.anyOf(start, stop).join();
    if (!start.isDone()) {
      return 0;
    }
    try (Gate gate = start.join()) {
      CompletableFuture.anyOf(gate.ended(), stop).join();
      return stop.isDone() ? 0 : 1;
    }
  }

  private static Gate start(Path settings, InstantSource clock) {
    try {
      return Gate.start(GateConfig.of(read(settings)), clock);
    } catch (InterruptedException | IOException e) {
      throw new CompletionException(e);
    }
  }

  private static Map<String, String> read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, properties::getProperty));
  }
}
