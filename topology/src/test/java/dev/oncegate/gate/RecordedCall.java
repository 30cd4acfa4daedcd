package dev.oncegate.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.schema.SideEffectClass;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One tool call of a real agent, as it was recorded with its answer. */
record RecordedCall(
    String runId, String tool, String args, SideEffectClass sideEffectClass, String response) {

  boolean failed() {
    return response.startsWith("Error");
  }

  /** Whether it is the same call, whatever it was answered. */
  boolean sameAs(RecordedCall other) {
    return tool.equals(other.tool) && args.equals(other.args);
  }

  RecordedCall answering(String other) {
    return new RecordedCall(runId, tool, args, sideEffectClass, other);
  }

  /** All recorded runs, each with its calls in order. */
  static Map<String, List<RecordedCall>> runs() {
    ObjectMapper json = new ObjectMapper();
    Map<String, List<RecordedCall>> runs = new LinkedHashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    RecordedCall.class.getResourceAsStream("/airline-runs.jsonl")),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode call = json.readTree(line);
        RecordedCall recorded =
            new RecordedCall(
                call.get("run_id").asText(),
                call.get("tool").asText(),
                call.get("args").toString(),
                SideEffectClass.valueOf(call.get("side_effect_class").asText()),
                call.get("response").asText());
        runs.computeIfAbsent(recorded.runId, run -> new ArrayList<>()).add(recorded);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return runs;
  }
}
