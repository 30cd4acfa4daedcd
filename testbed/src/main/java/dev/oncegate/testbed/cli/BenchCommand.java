package dev.oncegate.testbed.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.cli.StopRequest;
import dev.oncegate.testbed.bench.Bench;
import dev.oncegate.testbed.bench.Workload;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench}: the gate against a pass-through topology, on brokers of its own. */
@Command(
    name = "bench",
    description = {
      "Measures the gate against a pass-through topology on the same commands and the same broker, in turns.",
      "Figures of one machine mean little; the ratio of the two does."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--commands",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Commands in all.")
  private long commands;

  @Option(
      names = "--duplicates",
      paramLabel = "PERCENT",
      defaultValue = "20",
      description = "How many of a hundred commands repeat an earlier one, 0 to 90.")
  private int duplicates;

  @Option(
      names = "--args-bytes",
      paramLabel = "N",
      defaultValue = "300",
      description = "Length of the arguments.")
  private int argsBytes;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of the topics.")
  private int partitions;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each contender runs.")
  private int rounds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Makes the commands reproducible.")
  private long seed;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of all contenders, such as commit.interval.ms=20. May be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--json", description = "Print the result as one JSON object on the last line.")
  private boolean json;

  @Override
  public Integer call() {
    Range.require(spec, "--commands", commands, 1, 100_000_000);
    Range.require(spec, "--duplicates", duplicates, 0, 90);
    Range.require(spec, "--args-bytes", argsBytes, 60, 200_000);
    Range.require(spec, "--partitions", partitions, 1, 64);
    Range.require(spec, "--rounds", rounds, 1, 100);
    CompletableFuture<Void> stop = StopRequest.listen();
    PrintWriter out = spec.commandLine().getOut();
    try (DataDirectory directory = DataDirectory.temporary("oncegate-bench");
        Stack stack = Stack.start(directory, 0, 0, stop)) {
      Map<String, String> cluster = new LinkedHashMap<>(settings);
      cluster.put("bootstrap.servers", stack.bootstrapServers());
      cluster.put("schema.registry.url", stack.registryUrl());
      Workload workload = new Workload(commands, duplicates, argsBytes, seed);
      Bench bench = new Bench(cluster, workload, partitions, rounds, directory.path(), out);
      CompletableFuture<List<Bench.Measured>> run = CompletableFuture.supplyAsync(bench::run);
      CompletableFuture.anyOf(stop, run).join();
      if (run.isDone()) {
        tell(run.join(), out);
      }
    }
    return 0;
  }

  private void tell(List<Bench.Measured> results, PrintWriter out) {
    double limit = results.get(0).medianPerSecond();
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Bench.Measured measured : results) {
      double ratio = measured.medianPerSecond() / limit;
      out.println(
          "%-12s median %,10.0f answers/s  %.2f of pass-through  %.1f µs of processor time each"
              .formatted(
                  measured.name(), measured.medianPerSecond(), ratio, measured.medianCpuMicros()));
      array
          .addObject()
          .put("name", measured.name())
          .put("workload", "%d commands, %d %% duplicates".formatted(commands, duplicates))
          .put("median_per_s", Math.round(measured.medianPerSecond()))
          .put("median_cpu_us", Math.round(measured.medianCpuMicros() * 10) / 10.0)
          .put("ratio_to_pass_through", Math.round(ratio * 1000) / 1000.0);
    }
    if (json) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      object.set("results", array);
      out.println(object);
    }
    out.flush();
  }
}
