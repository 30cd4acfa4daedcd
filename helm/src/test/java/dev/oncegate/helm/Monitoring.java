package dev.oncegate.helm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The chart's alerts and dashboard, and the programs that read them. */
final class Monitoring {
  static final Path ALERTS = Module.CHART.resolve("files/alerts.yaml");

  private Monitoring() {}

  static List<JsonNode> alerts() {
    List<JsonNode> alerts = new ArrayList<>();
    Module.yaml(Module.textOf(ALERTS))
        .get("groups")
        .forEach(group -> group.get("rules").forEach(alerts::add));
    return alerts;
  }

  static List<JsonNode> panels() {
    List<JsonNode> panels = new ArrayList<>();
    Module.yaml(Module.textOf(Module.CHART.resolve("files/dashboard.json")))
        .get("panels")
        .forEach(panels::add);
    return panels;
  }

  /** What the panels ask for, with Grafana's variables filled in as Grafana does. */
  static List<String> questions() {
    List<String> questions = new ArrayList<>();
    for (JsonNode panel : panels()) {
      panel
          .path("targets")
          .forEach(
              target ->
                  questions.add(
                      target
                          .get("expr")
                          .asText()
                          .replace("$job", ".*")
                          .replace("$__rate_interval", "1m")
                          .replace("$__range", "1h")));
    }
    return questions;
  }

  /** What panels and alerts ask for. */
  static List<String> expressions() {
    List<String> expressions = new ArrayList<>(questions());
    alerts().forEach(alert -> expressions.add(alert.get("expr").asText()));
    return expressions;
  }

  /** A program on the PATH; without it the test is left out. */
  static Path program(String name) {
    Optional<Path> program = Module.onThePath(name);
    assumeTrue(program.isPresent(), "there is no " + name);
    return program.orElseThrow();
  }
}
