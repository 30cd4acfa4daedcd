package dev.oncegate.cli;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.serde.RegistryConfig;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code describe}: the topology as text. */
@Command(
    name = "describe",
    description = "Prints the topology as text; needs no cluster.",
    mixinStandardHelpOptions = true)
final class DescribeCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Map<String, String> settings = options.settings();
    settings.putIfAbsent(RegistryConfig.URL, "http://localhost:8081");
    PrintWriter out = spec.commandLine().getOut();
    out.print(Gate.topology(GateConfig.of(settings)).describe());
    out.flush();
    return 0;
  }
}
