package dev.oncegate.cli;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code topics}: makes the topics of a gate, and says what is wrong with them. */
@Command(
    name = "topics",
    description = "Makes and checks the topics.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class TopicsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing: create or check.");
  }

  @Command(
      name = "create",
      description = "Makes the topics that are not there.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ClusterOptions cluster,
      @Option(
              names = "--partitions",
              defaultValue = "6",
              description =
                  "Partitions of each topic, 1 or more: the most instances that can share the work. Default: ${DEFAULT-VALUE}.")
          int partitions,
      @Option(
              names = "--replication-factor",
              description = "Replicas of each partition. Default: the broker's.")
          @Nullable Short replicationFactor) {
    if (partitions < 1) {
      throw new ParameterException(
          spec.commandLine(), "--partitions is %d; allowed is 1 or more.".formatted(partitions));
    }
    GateConfig config = cluster.config();
    try (Admin admin = Gate.admin(config)) {
      TopicSetup setup = new TopicSetup(admin, config);
      List<String> made = setup.create(partitions, Optional.ofNullable(replicationFactor));
      made.forEach(topic -> spec.commandLine().getOut().println("made " + topic));
      return told(setup.problems());
    }
  }

  @Command(
      name = "check",
      description = "Says what is wrong with the topics.",
      mixinStandardHelpOptions = true)
  int check(@Mixin ClusterOptions cluster) {
    GateConfig config = cluster.config();
    try (Admin admin = Gate.admin(config)) {
      return told(new TopicSetup(admin, config).problems());
    }
  }

  private int told(List<String> problems) {
    problems.forEach(problem -> spec.commandLine().getErr().println(problem));
    if (problems.isEmpty()) {
      spec.commandLine().getOut().println("All topics are as the gate needs them.");
    }
    return problems.isEmpty() ? 0 : 1;
  }
}
