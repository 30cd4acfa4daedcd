package dev.oncegate.testbed.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.schema.SideEffectClass;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Real tool calls of a language-model agent on airline tasks (see the NOTICE beside the file), by
 * run, in their order.
 */
public final class AirlineRuns {
  private static final String FILE = "airline-runs.jsonl";

  private AirlineRuns() {}

  /**
   * One tool call.
   *
   * @param step from 1
   * @param args JSON text of an object
   * @param response what the tool answered; begins with {@code Error} where it refused
   */
  public record Step(
      String runId,
      int step,
      String tool,
      String args,
      SideEffectClass sideEffectClass,
      String response) {

    /** Whether the tool refused. */
    public boolean failed() {
      return response.startsWith("Error");
    }
  }

  /** All runs, in the order of the file. */
  public static Map<String, List<Step>> load() {
    ObjectMapper json = new ObjectMapper();
    Map<String, List<Step>> runs = new LinkedHashMap<>();
    try (InputStream in =
            Objects.requireNonNull(AirlineRuns.class.getResourceAsStream(FILE), FILE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Step step = step(json.readTree(line));
        runs.computeIfAbsent(step.runId, run -> new ArrayList<>()).add(step);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE, e);
    }
    return runs;
  }

  private static Step step(JsonNode call) {
    return new Step(
        call.path("run_id").asText(),
        call.path("step").asInt(),
        call.path("tool").asText(),
        call.path("args").toString(),
        SideEffectClass.valueOf(call.path("side_effect_class").asText()),
        call.path("response").asText());
  }
}
