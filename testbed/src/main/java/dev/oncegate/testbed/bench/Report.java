package dev.oncegate.testbed.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * All that a run of the suite has measured.
 *
 * @param machine on what
 * @param contenders who took part
 * @param skipped what could not be measured, and why
 */
public record Report(
    String machine,
    List<Entrant> contenders,
    List<Throughput.Result> throughput,
    List<Latency.Measured> latency,
    List<CurvePoint> curve,
    List<Known.Measured> known,
    List<String> skipped) {

  /** A contender and what it does. */
  record Entrant(String name, String words) {
    static Entrant of(Contender contender) {
      return new Entrant(contender.name(), contender.words());
    }
  }

  /**
   * What a contender reaches with a commit interval.
   *
   * @param commandsPerSecond with new actions
   */
  record CurvePoint(double commandsPerSecond, Latency.Measured latency) {}

  static Report empty(List<Contender> contenders, List<String> skipped) {
    return new Report(
        "%s %s, %d processors, Java %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version()),
        contenders.stream().map(Entrant::of).toList(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        skipped);
  }
}
