package dev.oncegate.testbed.demo;

import dev.oncegate.testbed.agents.Executions;
import java.util.List;

/** Executes the effects until it is closed, outside of the process of the agents. */
interface Crew extends AutoCloseable {
  /** What the tools have executed, by their own books. */
  long count();

  /** Actions that were executed more than once, by the same books. */
  List<Executions.Action> executedTwice();

  @Override
  void close();
}
