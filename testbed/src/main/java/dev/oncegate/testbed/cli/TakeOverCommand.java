package dev.oncegate.testbed.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.cli.StopRequest;
import dev.oncegate.testbed.bench.TakeOver;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code takeover}: how long partitions stand still when their instance is killed. */
@Command(
    name = "takeover",
    description = {
      "Measures the time from SIGKILL of an instance to the next decision in its partitions,",
      "with and without standbys, on a broker of its own."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class TakeOverCommand implements Callable<Integer> {
  private static final long MOST_KNOWN = 100_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--known",
      paramLabel = "N",
      split = ",",
      defaultValue = "10000,1000000",
      description = "Actions that the gate knows, several separated by commas.")
  private List<Long> known = List.of();

  @Option(
      names = "--standbys",
      paramLabel = "N",
      split = ",",
      defaultValue = "0,1",
      description = "num.standby.replicas: 0, 1 or both.")
  private List<Integer> standbys = List.of();

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of the topics.")
  private int partitions;

  @Option(
      names = "--session-ms",
      paramLabel = "MS",
      defaultValue = "6000",
      description = "After this time the group takes a silent instance for dead.")
  private int sessionMs;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of both instances. May be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--json", description = "Print the result as one JSON object on the last line.")
  private boolean json;

  @Override
  public Integer call() {
    known.forEach(value -> Range.require(spec, "--known", value, 1, MOST_KNOWN));
    standbys.forEach(value -> Range.require(spec, "--standbys", value, 0, 1));
    Range.require(spec, "--partitions", partitions, 2, 64);
    Range.require(spec, "--session-ms", sessionMs, 6_000, 300_000);
    CompletableFuture<Void> stop = StopRequest.listen();
    try (DataDirectory directory = DataDirectory.temporary("oncegate-takeover");
        Stack stack = Stack.start(directory, 0, 0, stop)) {
      Map<String, String> cluster = new LinkedHashMap<>();
      cluster.put("bootstrap.servers", stack.bootstrapServers());
      cluster.put("schema.registry.url", stack.registryUrl());
      cluster.put("replication.factor", "1");
      cluster.put("main.consumer.session.timeout.ms", String.valueOf(sessionMs));
      cluster.put("main.consumer.heartbeat.interval.ms", String.valueOf(sessionMs / 4));
      cluster.putAll(settings);
      TakeOver takeOver =
          new TakeOver(cluster, partitions, directory.path(), spec.commandLine().getOut());
      CompletableFuture<Void> run =
          CompletableFuture.runAsync(() -> measureAll(takeOver), StopRequest.beside("takeover"));
      CompletableFuture.anyOf(stop, run).join();
    }
    return 0;
  }

  private void measureAll(TakeOver takeOver) {
    PrintWriter out = spec.commandLine().getOut();
    List<TakeOver.Measured> all = new ArrayList<>();
    for (long count : known) {
      for (int copies : standbys) {
        out.println("%,d known actions, %d standbys".formatted(count, copies));
        out.flush();
        try {
          all.add(takeOver.measure(count, copies));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new CompletionException(e);
        }
      }
    }
    tell(all, out);
  }

  private void tell(List<TakeOver.Measured> all, PrintWriter out) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    out.println("%14s%10s%26s".formatted("known actions", "standbys", "last partition goes on"));
    for (TakeOver.Measured measured : all) {
      out.println(
          "%,14d%10d%,23d ms"
              .formatted(measured.known(), measured.standbys(), measured.longestMs()));
      ObjectNode one =
          array
              .addObject()
              .put("known", measured.known())
              .put("standbys", measured.standbys())
              .put("longest_ms", measured.longestMs());
      ObjectNode byPartition = one.putObject("ms_by_partition");
      measured.byPartition().forEach((partition, ms) -> byPartition.put("" + partition, ms));
    }
    if (json) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      object.put("session_ms", sessionMs);
      object.set("results", array);
      out.println(object);
    }
    out.flush();
  }
}
