package dev.oncegate.micro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What each benchmark cost when the baseline was taken.
 *
 * @param costs by the name of the benchmark
 */
record Baseline(Map<String, Cost> costs) {
  /** A time may be longer by so much: other users of a machine move it. */
  static final double SLOWER = 1.35;

  /** Allocation is exact but for what the compiler leaves out. */
  static final double LARGER = 1.05;

  static final double FEW_BYTES = 16;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * What an operation costs.
   *
   * @param loops its time, as a multiple of the calibration loop's
   * @param bytes it allocates
   */
  record Cost(double loops, double bytes) {}

  static Baseline read(Path file) throws IOException {
    Map<String, Cost> costs = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : JSON.readTree(Files.readString(file)).properties()) {
      costs.put(
          entry.getKey(),
          new Cost(
              entry.getValue().path("loops").asDouble(),
              entry.getValue().path("bytes").asDouble()));
    }
    return new Baseline(costs);
  }

  void write(Path file) throws IOException {
    ObjectNode all = JSON.createObjectNode();
    costs.forEach(
        (name, cost) ->
            all.putObject(name)
                .put("loops", Math.round(cost.loops * 1_000) / 1_000.0)
                .put("bytes", Math.round(cost.bytes)));
    Files.writeString(file, JSON.writeValueAsString(all) + System.lineSeparator());
  }

  /** What costs more than it may, or is on one side only; none where all is well. */
  List<String> regressions(Baseline now) {
    List<String> found = new ArrayList<>();
    costs.forEach(
        (name, then) -> {
          Cost cost = now.costs.get(name);
          if (cost == null) {
            found.add(name + " is in the baseline and was not measured");
            return;
          }
          if (cost.loops > then.loops * SLOWER) {
            found.add(
                "%s takes %.2f calibration loops, the baseline %.2f: more than %.2f times that"
                    .formatted(name, cost.loops, then.loops, SLOWER));
          }
          if (cost.bytes > then.bytes * LARGER + FEW_BYTES) {
            found.add(
                "%s allocates %.0f bytes, the baseline %.0f: more than %.2f times that"
                    .formatted(name, cost.bytes, then.bytes, LARGER));
          }
        });
    now.costs.keySet().stream()
        .filter(name -> !costs.containsKey(name))
        .forEach(name -> found.add(name + " was measured and is not in the baseline"));
    return found;
  }
}
