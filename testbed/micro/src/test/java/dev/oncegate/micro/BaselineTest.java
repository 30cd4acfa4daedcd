package dev.oncegate.micro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.micro.Baseline.Cost;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs all micro-benchmarks: on demand, for a figure that a busy machine spoils fails no build. */
class BaselineTest {
  private static final String CALIBRATION = "Calibration.loop";
  private static final String BYTES = "gc.alloc.rate.norm";
  private static final Path FILE = Path.of(System.getProperty("oncegate.micro.baseline"));

  @Test
  void nothingCostsMoreThanTheBaselineAllows() throws Exception {
    Baseline now = measured();
    now.costs()
        .forEach(
            (name, cost) ->
                System.out.printf(
                    "%-28s %8.3f calibration loops %8.0f bytes%n",
                    name, cost.loops(), cost.bytes()));
    if (Boolean.getBoolean("oncegate.micro.update")) {
      now.write(FILE);
    }
    assertThat(Baseline.read(FILE).regressions(now)).isEmpty();
  }

  @Test
  void aSlowerALargerAndAMissingBenchmarkAreTold() {
    Baseline then =
        new Baseline(
            Map.of(
                "same", new Cost(1, 100),
                "slower", new Cost(1, 100),
                "larger", new Cost(1, 100),
                "gone", new Cost(1, 100)));
    Baseline now =
        new Baseline(
            Map.of(
                "same", new Cost(1.3, 110),
                "slower", new Cost(1.4, 100),
                "larger", new Cost(1, 130),
                "new", new Cost(1, 100)));

    assertThat(then.regressions(now))
        .hasSize(4)
        .anyMatch(line -> line.startsWith("slower takes 1.40 calibration loops"))
        .anyMatch(line -> line.startsWith("larger allocates 130 bytes"))
        .anyMatch(line -> line.startsWith("gone is in the baseline"))
        .anyMatch(line -> line.startsWith("new was measured"));
  }

  private static Baseline measured() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("dev.oncegate.micro.*")
                    .addProfiler(GCProfiler.class)
                    .forks(1)
                    .jvmArgs("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(6)
                    .measurementTime(TimeValue.milliseconds(500))
                    .build())
            .run();
    Map<String, RunResult> byName = new TreeMap<>();
    results.forEach(result -> byName.put(nameOf(result), result));
    double loop = nanos(byName.remove(CALIBRATION));
    Map<String, Cost> costs = new TreeMap<>();
    byName.forEach(
        (name, result) ->
            costs.put(
                name,
                new Cost(
                    nanos(result) / loop, result.getSecondaryResults().get(BYTES).getScore())));
    return new Baseline(costs);
  }

  private static String nameOf(RunResult result) {
    return result.getParams().getBenchmark().replace("dev.oncegate.micro.", "");
  }

  /** Of the best iteration: others who use the machine only make it longer. */
  private static double nanos(RunResult result) {
    return result.getPrimaryResult().getStatistics().getMin();
  }
}
