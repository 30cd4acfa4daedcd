package dev.oncegate.testbed.cli;

import dev.oncegate.cli.StopRequest;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.ops.Operations;
import dev.oncegate.ops.telemetry.Telemetry;
import dev.oncegate.testbed.connect.Surroundings;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Stack;
import dev.oncegate.testbed.stack.StackException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code up}: broker, registry and gate on this machine, until it is told to stop. */
@Command(
    name = "up",
    description = "Runs a broker, a schema registry and the gate on this machine until Ctrl-C.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class Up implements Callable<Integer> {
  private static final int HIGHEST_PORT = 65_535;

  @Spec private CommandSpec spec;

  @Option(
      names = "--broker-port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = "Port of the broker; 0: any free one.")
  private int brokerPort;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description = "Port of the schema registry; 0: any free one.")
  private int registryPort;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${sys:oncegate.home:-.}/.oncegate",
      description = "Where topics, schemas and logs are kept from one start to the next.")
  private Path data;

  @Option(names = "--fresh", description = "Empty that directory first.")
  private boolean fresh;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of the topics, where they are not there yet.")
  private int partitions;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the gate, such as gate.guard.max.calls=50. May be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  @Mixin private ConnectOptions connectOptions;

  @Override
  public Integer call() throws InterruptedException {
    requirePort(spec.commandLine(), Stack.BROKER_PORT_SETTING, brokerPort);
    requirePort(spec.commandLine(), Stack.REGISTRY_PORT_SETTING, registryPort);
    if (partitions < 1) {
      throw new ParameterException(
          spec.commandLine(), "--partitions is %d: allowed is 1 and more".formatted(partitions));
    }
    // What is wrong with them is told now, not when broker and registry have been started.
    GateConfig.of(settings);
    Optional<Surroundings.Plan> plan = connectOptions.plan(spec.commandLine(), settings);
    CompletableFuture<Void> stop = StopRequest.listen();
    try (DataDirectory directory = DataDirectory.open(data)) {
      UpFile.clear(directory.path());
      if (fresh) {
        directory.empty();
      }
      try (Stack stack = Stack.start(directory, brokerPort, registryPort, stop);
          Telemetry telemetry = Telemetry.of(LocalGate.config(stack, directory, settings));
          Operations operations = Operations.open(LocalGate.config(stack, directory, settings));
          Gate gate = LocalGate.start(operations.config(), partitions, telemetry);
          Surroundings surroundings =
              plan.map(wanted -> Surroundings.start(wanted, stack, directory.path(), stop))
                  .orElse(null);
          UpFile upFile =
              UpFile.write(directory.path(), addresses(stack, operations, surroundings))) {
        operations.publish(telemetry.scrape());
        operations.watch(gate);
        tell(stack, operations, surroundings, upFile);
        runUntil(stop, stack, gate, surroundings);
      }
    }
    return ExitCode.OK;
  }

  static void requirePort(CommandLine commandLine, String option, int port) {
    if (port < 0 || port > HIGHEST_PORT) {
      throw new ParameterException(
          commandLine, "%s is %d: allowed is 0 to %d".formatted(option, port, HIGHEST_PORT));
    }
  }

  private static Map<String, String> addresses(
      Stack stack, Operations operations, @Nullable Surroundings surroundings) {
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put("bootstrap.servers", stack.bootstrapServers());
    addresses.put("schema.registry.url", stack.registryUrl());
    operations.url().ifPresent(url -> addresses.put("operations.url", url));
    if (surroundings != null) {
      addresses.put("connect.url", surroundings.connectUrl());
      addresses.put("database.url", surroundings.database().toString());
      addresses.put("tools.url", surroundings.toolsUrl());
    }
    return addresses;
  }

  private void tell(
      Stack stack, Operations operations, @Nullable Surroundings surroundings, UpFile upFile) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("broker     " + stack.bootstrapServers());
    out.println("registry   " + stack.registryUrl());
    operations.url().ifPresent(url -> out.println("operations " + url));
    if (surroundings != null) {
      out.println("connect    " + surroundings.connectUrl());
      out.println("database   " + surroundings.database());
      out.println("tools      " + surroundings.toolsUrl());
    }
    out.println("addresses  " + upFile.path());
    out.println("ready; Ctrl-C ends it, data stays");
    out.flush();
  }

  private static void runUntil(
      CompletableFuture<Void> stop, Stack stack, Gate gate, @Nullable Surroundings surroundings) {
    CompletableFuture<StackException> ended =
        stack
            .ended()
            .applyToEither(
                gate.ended().thenApply(state -> new StackException("the gate has ended: " + state)),
                end -> end);
    if (surroundings != null) {
      ended = ended.applyToEither(surroundings.ended(), end -> end);
    }
    CompletableFuture.anyOf(stop, ended).join();
    if (!stop.isDone()) {
      throw ended.join();
    }
  }
}
