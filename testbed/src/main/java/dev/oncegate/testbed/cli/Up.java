package dev.oncegate.testbed.cli;

import dev.oncegate.cli.StopRequest;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Stack;
import dev.oncegate.testbed.stack.StackException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
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

  @Override
  public Integer call() throws InterruptedException {
    requirePort(Stack.BROKER_PORT_SETTING, brokerPort);
    requirePort(Stack.REGISTRY_PORT_SETTING, registryPort);
    if (partitions < 1) {
      throw new ParameterException(
          spec.commandLine(), "--partitions is %d: allowed is 1 and more".formatted(partitions));
    }
    // What is wrong with them is told now, not when broker and registry have been started.
    GateConfig.of(settings);
    CompletableFuture<Void> stop = StopRequest.listen();
    try (DataDirectory directory = DataDirectory.open(data)) {
      UpFile.clear(directory.path());
      if (fresh) {
        directory.empty();
      }
      try (Stack stack = Stack.start(directory, brokerPort, registryPort, stop);
          Gate gate = LocalGate.start(LocalGate.config(stack, directory, settings), partitions);
          UpFile upFile =
              UpFile.write(directory.path(), stack.bootstrapServers(), stack.registryUrl())) {
        tell(stack, upFile);
        runUntil(stop, stack, gate);
      }
    }
    return ExitCode.OK;
  }

  private void requirePort(String option, int port) {
    if (port < 0 || port > HIGHEST_PORT) {
      throw new ParameterException(
          spec.commandLine(), "%s is %d: allowed is 0 to %d".formatted(option, port, HIGHEST_PORT));
    }
  }

  private void tell(Stack stack, UpFile upFile) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("broker     " + stack.bootstrapServers());
    out.println("registry   " + stack.registryUrl());
    out.println("addresses  " + upFile.path());
    out.println("ready; Ctrl-C ends it, data stays");
    out.flush();
  }

  private static void runUntil(CompletableFuture<Void> stop, Stack stack, Gate gate) {
    CompletableFuture<StackException> ended =
        stack
            .ended()
            .applyToEither(
                gate.ended().thenApply(state -> new StackException("the gate has ended: " + state)),
                end -> end);
    CompletableFuture.anyOf(stop, ended).join();
    if (!stop.isDone()) {
      throw ended.join();
    }
  }
}
