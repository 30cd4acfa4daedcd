package dev.oncegate.testbed.demo;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.Executions;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Stack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/**
 * A stack of its own on free ports, one gate, simulated tools and a cast of agents; from start to
 * verdict within a minute.
 */
public final class Demo {
  private static final String APPLICATION_ID = "oncegate-demo";
  private static final int PARTITIONS = 4;
  private static final Duration START = Duration.ofSeconds(30);
  private static final Performance.Patience PATIENCE =
      new Performance.Patience(
          Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(5));

  private final List<Agent> cast;
  private final Show show;
  private final Performance performance;

  /**
   * A demo that has not begun.
   *
   * @param cast who plays
   * @param traffic how long the agents begin new rounds
   * @param seed of all their chance
   * @param show closed by the caller
   */
  public Demo(List<Agent> cast, Duration traffic, long seed, Show show) {
    this.cast = cast;
    this.show = show;
    this.performance = new Performance(cast, traffic, PATIENCE, seed, show::tell);
  }

  /**
   * Runs it to its end.
   *
   * @param directory for the data of all; the caller deletes it
   * @throws InterruptedException where it is stopped before; all that was started has ended then
   */
  public Summary run(Path directory) throws InterruptedException {
    return run(directory, false);
  }

  /**
   * Runs it to its end.
   *
   * @param directory for the data of all; the caller deletes it
   * @param http whether a Connect worker calls the tools by HTTP
   * @throws InterruptedException where it is stopped before; all that was started has ended then
   */
  public Summary run(Path directory, boolean http) throws InterruptedException {
    show.open(performance::scene);
    performance.enter(Stage.STARTING);
    try (DataDirectory data = DataDirectory.open(directory);
        Stack stack = Stack.start(data, 0, 0)) {
      GateConfig config =
          LocalGate.config(
              stack, data, Map.of(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID));
      try (Gate gate = LocalGate.begin(config, PARTITIONS)) {
        Performance.within(START, gate.running(), "the gate does not run");
        Summary summary = http ? overHttp(stack, data, config) : performance.run(config);
        performance.enter(Stage.CLOSING);
        return summary;
      }
    }
  }

  private Summary overHttp(Stack stack, DataDirectory data, GateConfig config)
      throws InterruptedException {
    Executions executions = new Executions();
    try (Crew crew = HttpCrew.start(stack, data.path(), cast, executions)) {
      return performance.run(config, executions, crew);
    }
  }
}
