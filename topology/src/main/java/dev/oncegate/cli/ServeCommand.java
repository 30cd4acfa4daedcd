package dev.oncegate.cli;

import dev.oncegate.gate.Gate;
import java.util.concurrent.Callable;
import org.apache.kafka.streams.KafkaStreams;
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
  public Integer call() throws Exception {
    Gate gate = Gate.start(options.config());
    Runtime.getRuntime().addShutdownHook(new Thread(gate::close, "stop"));
    return gate.ended().get() == KafkaStreams.State.ERROR ? 1 : 0;
  }
}
