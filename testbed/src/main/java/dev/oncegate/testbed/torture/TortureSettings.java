package dev.oncegate.testbed.torture;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a torture is like.
 *
 * @param time how long faults are thrown; longer, where not each kind has been thrown by then
 * @param seed of all chance: the order of the faults, what they hit, and the load
 * @param kinds the faults to throw, one or more
 * @param skipped those that cannot be thrown here, and why
 * @param commandsPerSecond the load
 * @param instances of the gate, 2 or more; one more comes and goes
 * @param standbys copies of each partition's state that other instances keep warm
 * @param partitions of the topics
 */
public record TortureSettings(
    Duration time,
    long seed,
    List<FaultKind> kinds,
    Map<FaultKind, String> skipped,
    int commandsPerSecond,
    int instances,
    int standbys,
    int partitions) {

  /** Copies. */
  public TortureSettings {
    kinds = List.copyOf(kinds);
    skipped = Map.copyOf(skipped);
  }
}
