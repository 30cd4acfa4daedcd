package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What all benchmarks of a run share.
 *
 * @param settings that reach broker and registry, and those that the user wants all contenders to
 *     have
 * @param partitions of all topics
 * @param directory for state stores and servers
 */
public record Surroundings(Map<String, String> settings, int partitions, Path directory) {
  /**
   * Counted as ever, but beyond what a workload reaches: a circuit that opens ends no benchmark.
   */
  private static final String OUT_OF_REACH = "1000000000";

  /**
   * The configuration of one run of a contender.
   *
   * @param prefix of the topics
   * @param name of the run, unique under its prefix
   */
  GateConfig config(String prefix, String name) {
    Map<String, String> all = new HashMap<>();
    all.put("num.stream.threads", "2");
    all.put("replication.factor", "1");
    all.put(GateKeys.GUARD_MAX_CALLS, OUT_OF_REACH);
    all.put(GateKeys.GUARD_MAX_CALLS_PER_WINDOW, OUT_OF_REACH);
    all.put(GateKeys.GUARD_MAX_REPETITIONS, OUT_OF_REACH);
    all.put(GateKeys.GUARD_MAX_RETRIES, OUT_OF_REACH);
    all.putAll(settings);
    all.put(GateKeys.TOPIC_PREFIX, prefix);
    all.put("application.id", prefix + name);
    all.put("state.dir", state(prefix, name).toString());
    return GateConfig.of(all);
  }

  /** Where that run keeps its state. */
  Path state(String prefix, String name) {
    return directory.resolve("state").resolve(prefix + name);
  }

  /** The same with another setting for all. */
  Surroundings with(String key, String value) {
    Map<String, String> more = new HashMap<>(settings);
    more.put(key, value);
    return new Surroundings(more, partitions, directory);
  }
}
