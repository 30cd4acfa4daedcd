package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.config.GateConfig;
import dev.oncegate.ops.Scrape;
import dev.oncegate.ops.metrics.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts and dashboard, as files. */
class AlertsAndDashboardTest {
  private static final Path REPOSITORY = Module.ROOT.resolve("..");
  private static final Pattern OWN_NAME = Pattern.compile("oncegate_[a-z_]+");

  @TempDir private Path directory;

  @Test
  void everyAlertHasASeverityAndASectionOfTheManual() {
    for (JsonNode alert : Monitoring.alerts()) {
      String name = alert.get("alert").asText();
      assertThat(alert.at("/labels/severity").asText()).as(name).isIn("warning", "critical");
      String[] runbook = alert.at("/annotations/runbook").asText().split("#");
      assertThat(Module.textOf(REPOSITORY.resolve(runbook[0])).lines())
          .as(name)
          .contains("## " + name);
      assertThat(runbook[1]).isEqualTo(name.toLowerCase(Locale.ROOT));
    }
  }

  /** A name that nobody publishes makes an alert that never fires and a panel that is empty. */
  @Test
  void theyNameNoMetricThatTheGateDoesNotPublish() {
    GateConfig config =
        GateConfig.of(
            Map.of("bootstrap.servers", "none:9092", "schema.registry.url", "http://none"));
    String page;
    try (Metrics metrics = new Metrics(config)) {
      page = new String(metrics.page(Scrape.PROMETHEUS), StandardCharsets.UTF_8);
    }
    Set<String> published = new TreeSet<>();
    page.lines()
        .filter(line -> line.startsWith("oncegate_"))
        .forEach(line -> published.add(line.split("[{ ]", 2)[0]));

    Set<String> used = new TreeSet<>();
    Monitoring.expressions().stream()
        .flatMap(expression -> OWN_NAME.matcher(expression).results().map(MatchResult::group))
        .forEach(used::add);

    assertThat(used).hasSizeGreaterThan(15);
    assertThat(published).containsAll(used);
  }

  @Test
  void noPanelCoversAnotherAndEachSaysWhatItShows() {
    Set<Integer> ids = new HashSet<>();
    Set<String> cells = new HashSet<>();
    for (JsonNode panel : Monitoring.panels()) {
      String title = panel.get("title").asText();
      assertThat(ids.add(panel.get("id").asInt())).as(title).isTrue();
      JsonNode at = panel.get("gridPos");
      for (int x = at.get("x").asInt(); x < at.get("x").asInt() + at.get("w").asInt(); x++) {
        assertThat(x).as(title).isLessThan(24);
        for (int y = at.get("y").asInt(); y < at.get("y").asInt() + at.get("h").asInt(); y++) {
          assertThat(cells.add(x + "," + y)).as("%s at %d,%d", title, x, y).isTrue();
        }
      }
      if (panel.has("targets")) {
        assertThat(panel.get("description").asText()).as(title).isNotBlank();
        assertThat(panel.get("targets")).as(title).isNotEmpty();
      }
    }
  }

  @Test
  void promtoolAcceptsTheRulesAndTheirTestsPass() throws Exception {
    Path promtool = Monitoring.program("promtool");

    assertSucceeds(promtool, "check", "rules", Monitoring.ALERTS.toString());
    assertSucceeds(
        promtool,
        "test",
        "rules",
        Module.ROOT.resolve("src/test/promtool/alerts-test.yaml").toString());
  }

  @Test
  void promtoolReadsEveryExpressionOfTheDashboard() throws Exception {
    Path promtool = Monitoring.program("promtool");
    ArrayNode rules = JsonNodeFactory.instance.arrayNode();
    List<String> expressions = Monitoring.expressions();
    for (int i = 0; i < expressions.size(); i++) {
      rules.addObject().put("record", "panel:" + i).put("expr", expressions.get(i));
    }
    ObjectNode group = JsonNodeFactory.instance.objectNode().put("name", "dashboard");
    group.set("rules", rules);
    ObjectNode file = JsonNodeFactory.instance.objectNode();
    file.putArray("groups").add(group);
    Path written = directory.resolve("dashboard.yaml");
    Files.writeString(written, Module.YAML.writeValueAsString(file));

    assertSucceeds(promtool, "check", "rules", written.toString());
  }

  private static void assertSucceeds(Path program, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    builder.command().addAll(List.of(arguments));
    Process process = builder.redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
  }
}
