package dev.oncegate.testbed.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** All benchmarks by their names. */
public enum Catalogue {
  /** The contract's whole way. */
  OUTCOMES("new actions only, each effect answered by an executor, outcomes flowing back", true),
  DUP90("90 % duplicates", true),
  NEW("new actions only, nobody answers", false),
  DUP20("20 % duplicates", false),
  DUP50("50 % duplicates", false),
  STORM("retry storms: 60 % of all deliveries go to 8 actions", false),
  ARGS200("arguments of 200 B, 20 % duplicates", false),
  ARGS2K("arguments of 2 kB, 20 % duplicates, a quarter of the commands", false),
  ARGS20K("arguments of 20 kB, 20 % duplicates, a twentieth of the commands", false),
  LATENCY("command to effect at a fixed rate", false),
  CURVE("commit interval against throughput and latency, pass-through and gate", false),
  KNOWN("cost per command, memory and restore of a gate by the number of known actions", false);

  /** Bytes of arguments where a benchmark is not about them. */
  static final int ARGS_BYTES = 300;

  private final String words;
  private final boolean isDefault;

  Catalogue(String words, boolean isDefault) {
    this.words = words;
    this.isDefault = isDefault;
  }

  /** As users write it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it is about. */
  public String words() {
    return words;
  }

  /** Whether it runs where no names are given. */
  public boolean isDefault() {
    return isDefault;
  }

  /** Whether it measures what a user would take instead, too; others are about the gate alone. */
  boolean takesAlternatives() {
    return this != CURVE && this != KNOWN;
  }

  /** Those that run where no names are given. */
  public static List<Catalogue> defaults() {
    return Stream.of(values()).filter(Catalogue::isDefault).toList();
  }

  /**
   * The workload of one that measures throughput alone.
   *
   * @param commands of those with ordinary arguments
   * @throws IllegalArgumentException where it measures something else
   */
  Workload workload(long commands, long seed) {
    return switch (this) {
      case OUTCOMES -> workload(commands, 0, 0, ARGS_BYTES, true, seed);
      case NEW -> workload(commands, 0, 0, ARGS_BYTES, false, seed);
      case DUP20 -> workload(commands, 20, 0, ARGS_BYTES, false, seed);
      case DUP50 -> workload(commands, 50, 0, ARGS_BYTES, false, seed);
      case DUP90 -> workload(commands, 90, 0, ARGS_BYTES, false, seed);
      case STORM -> workload(commands, 20, 60, ARGS_BYTES, false, seed);
      case ARGS200 -> workload(commands, 20, 0, 200, false, seed);
      case ARGS2K -> workload(Math.max(1, commands / 4), 20, 0, 2_000, false, seed);
      case ARGS20K -> workload(Math.max(1, commands / 20), 20, 0, 20_000, false, seed);
      case LATENCY, CURVE, KNOWN -> throw new IllegalArgumentException(key());
    };
  }

  private Workload workload(
      long commands,
      int duplicatePercent,
      int stormPercent,
      int argsBytes,
      boolean isAnswered,
      long seed) {
    return new Workload(
        key(), words, commands, duplicatePercent, stormPercent, argsBytes, isAnswered, seed);
  }
}
