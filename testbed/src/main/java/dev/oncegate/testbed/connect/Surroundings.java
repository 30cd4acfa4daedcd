package dev.oncegate.testbed.connect;

import dev.oncegate.testbed.stack.ConnectRest;
import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.Stack;
import dev.oncegate.testbed.stack.StackException;
import dev.oncegate.testbed.stack.StoppedException;
import dev.oncegate.testbed.tools.Behaviour;
import dev.oncegate.testbed.tools.ToolServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What makes the gate of a stack useful without code: PostgreSQL, the simulated tools, and a
 * Connect worker that executes effects, lands the history in tables and takes commands from an
 * outbox.
 */
public final class Surroundings implements AutoCloseable {
  private final Workplace workplace;
  private final ToolServer tools;

  /**
   * Where things are to be.
   *
   * @param connectPort of the worker's REST API; 0: any free one
   * @param toolsPort of the simulated tools; 0: any free one
   * @param postgresPort of the database that is started where none is given; 0: any free one
   * @param database the user's own; null: one is started
   */
  public record Plan(
      int connectPort, int toolsPort, int postgresPort, @Nullable Database database) {}

  private Surroundings(Workplace workplace, ToolServer tools) {
    this.workplace = workplace;
    this.tools = tools;
  }

  /**
   * Starts all of it and waits until the connectors run.
   *
   * @param stack with the gate's topics
   * @param directory takes the data of PostgreSQL and the logs
   * @param stop ends the start when it is complete
   * @throws StackException where one of them does not start; none is left running then
   * @throws StoppedException where it was told to stop; none is left running then
   */
  public static Surroundings start(
      Plan plan, Stack stack, Path directory, CompletableFuture<?> stop) {
    if (plan.database() != null) {
      // A database of the user's that does not fit is told of before the worker takes its time.
      Tables.prepare(plan.database());
    }
    Workplace workplace =
        new Workplace(
            stack, directory, plan.connectPort(), plan.postgresPort(), plan.database(), stop);
    ToolServer tools = null;
    try {
      if (plan.database() == null) {
        Tables.prepare(workplace.database());
      }
      tools = ToolServer.start(workplace.database(), plan.toolsPort(), Behaviour.GOOD);
      workplace.keepRunning(connect(workplace.rest(), stack, tools), stop);
      return new Surroundings(workplace, tools);
    } catch (RuntimeException | Error e) {
      workplace.close();
      if (tools != null) {
        tools.close();
      }
      throw e;
    }
  }

  private static List<String> connect(ConnectRest rest, Stack stack, ToolServer tools) {
    List<String> connectors = new ArrayList<>(Connectors.HISTORY);
    connectors.add(Connectors.OUTBOX);
    connectors.forEach(connector -> rest.put(Connectors.file(connector), Map.of()));
    rest.put(Connectors.EXECUTOR, Connectors.executor(stack.bootstrapServers(), tools.url()));
    connectors.add(Connectors.EXECUTOR);
    return connectors;
  }

  /** The database with the history, the outbox and the books of the tools. */
  public Database database() {
    return workplace.database();
  }

  /** Where the simulated tools are, without a slash at the end. */
  public String toolsUrl() {
    return tools.url();
  }

  /** The worker's REST API, without a slash at the end. */
  public String connectUrl() {
    return "http://127.0.0.1:" + workplace.connectPort();
  }

  /** Completes when one of the processes has ended, with what there is to say about it. */
  public CompletableFuture<StackException> ended() {
    return workplace.ended();
  }

  /** Ends all; data stays. */
  @Override
  public void close() {
    // Tools that find their database gone complain, but by then nobody calls them any more.
    workplace.close();
    tools.close();
  }
}
