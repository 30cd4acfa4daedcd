package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules and dashboard reach the cluster as they lie in the chart, where other tests judge them. */
class MonitoringTest {
  private static JsonNode rules() {
    return Module.yaml(Module.textOf(Module.CHART.resolve("files/alerts.yaml")));
  }

  @Test
  void theRulesAreThoseOfTheFile() {
    JsonNode spec = Rendering.of("everything.yaml").the("PrometheusRule").get("spec");

    assertThat(spec.get("groups")).isEqualTo(rules().get("groups"));
  }

  @Test
  void anAlertThatIsNotWantedIsLeftOutAndNoOther() {
    List<String> all = rules().findValuesAsText("alert");
    String unwanted = all.get(0);
    JsonNode rule =
        Rendering.of(
                Module.values("everything.yaml"),
                Map.of("monitoring.prometheusRule.disabled[0]", unwanted))
            .all("PrometheusRule")
            .stream()
            .findFirst()
            .orElseThrow();

    List<String> expected = new ArrayList<>(all);
    expected.remove(unwanted);
    assertThat(rule.findValuesAsText("alert")).isEqualTo(expected);
  }

  @Test
  void theDashboardIsThatOfTheFile() {
    String dashboard =
        Rendering.of("everything.yaml")
            .the("ConfigMap", "the-gate-dashboard")
            .at("/data/oncegate.json")
            .asText();

    assertThat(Module.yaml(dashboard))
        .isEqualTo(Module.yaml(Module.textOf(Module.CHART.resolve("files/dashboard.json"))));
  }

  /** What is scraped is where the gate listens, by the name that the container gives the port. */
  @Test
  void theMonitorScrapesThePortOfTheOperationsEndpoint() {
    Rendering rendering = Rendering.of("everything.yaml");
    JsonNode endpoint = rendering.the("PodMonitor").at("/spec/podMetricsEndpoints/0");
    JsonNode port = rendering.the("StatefulSet").at("/spec/template/spec/containers/0/ports/0");

    assertThat(endpoint.get("path").asText()).isEqualTo("/metrics");
    assertThat(endpoint.get("port")).isEqualTo(port.get("name"));
    assertThat(rendering.the("ConfigMap", "the-gate").at("/data/gate.properties").asText())
        .contains("gate.ops.listener=0.0.0.0:" + port.get("containerPort").asInt());
    assertThat(new HashSet<>(rendering.the("NetworkPolicy").findValuesAsText("port")))
        .contains("ops");
  }
}
