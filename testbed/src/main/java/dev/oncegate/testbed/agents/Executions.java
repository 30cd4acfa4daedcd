package dev.oncegate.testbed.agents;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The books of the simulated tools: what was really executed, and on which effect's permission.
 *
 * <p>An effect is known by where it lies. The same record delivered again (a consumer that restarts
 * sees it again) is no second permission and executes nothing; another record for the same attempt
 * is, and is executed, so that a gate that lets something through twice is caught by its damage.
 * Safe for use by several threads.
 */
public final class Executions implements Books {
  private final Map<Action, Integer> byAction = new HashMap<>();
  private final Set<Place> permissions = new HashSet<>();

  /** An action, whatever the attempt. */
  public record Action(String scope, String key) {}

  private record Place(int partition, long offset) {}

  @Override
  public synchronized void deliver(Attempt attempt, int partition, long offset, boolean executes) {
    boolean isFirst = permissions.add(new Place(partition, offset));
    if (isFirst && executes) {
      byAction.merge(new Action(attempt.scope(), attempt.key()), 1, Integer::sum);
    }
  }

  /** Whether an action was executed: what an operator finds who looks into the tool's books. */
  public synchronized boolean happened(String scope, String key) {
    return byAction.containsKey(new Action(scope, key));
  }

  /** Executions in all. */
  public synchronized long count() {
    return byAction.values().stream().mapToLong(Integer::longValue).sum();
  }

  /** Actions that were executed more than once, in no order. */
  public synchronized List<Action> executedTwice() {
    return byAction.entrySet().stream()
        .filter(entry -> entry.getValue() > 1)
        .map(Map.Entry::getKey)
        .toList();
  }
}
