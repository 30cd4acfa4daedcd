package dev.oncegate.testbed.simulate;

import dev.oncegate.testbed.simulate.Log.At;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a task did since its last commit.
 *
 * @param outputs records for the topics
 * @param changes records for the changelogs, by store
 * @param offsets next to be read, by topic
 */
record Transaction(
    List<Played> played,
    List<Output> outputs,
    Map<String, List<Message>> changes,
    Map<String, Long> offsets) {

  /** One thing that a task did; without a record it let its timers fire. */
  record Played(@Nullable At at, @Nullable Message message, long clockMs) {}

  /** A record for a topic. */
  record Output(String topic, Message message) {}

  static Transaction empty() {
    return new Transaction(
        new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  void add(Played step, Life.Written written) {
    played.add(step);
    outputs.addAll(written.outputs());
    written
        .changes()
        .forEach(
            (store, writes) ->
                changes.computeIfAbsent(store, ignored -> new ArrayList<>()).addAll(writes));
    if (step.at != null) {
      offsets.put(step.at.topic(), step.at.offset() + 1);
    }
  }
}
