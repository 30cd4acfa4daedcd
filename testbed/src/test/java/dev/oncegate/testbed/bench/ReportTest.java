package dev.oncegate.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {
  @Test
  void resultsAreNamedWithMedianRatioAndSpread() {
    JsonNode gate = ReportJson.of(sample()).get("results").get(1);

    assertThat(gate.get("name").asText()).isEqualTo("gate");
    assertThat(gate.get("workload").asText()).isEqualTo("outcomes");
    assertThat(gate.get("median_per_s").asLong()).isEqualTo(60_000);
    assertThat(gate.get("ratio_to_pass_through").asDouble()).isEqualTo(0.313);
    assertThat(gate.get("spread").asDouble()).isEqualTo(0.333);
    assertThat(gate.get("per_s")).hasSize(3);
  }

  @Test
  void latencyCurveKnownAndWhatIsMissingAreInTheObject() {
    JsonNode object = ReportJson.of(sample());

    assertThat(object.get("latency").get(0).get("p50_ms").asDouble()).isBetween(29.5, 30.5);
    assertThat(object.get("curve")).hasSize(4);
    assertThat(object.get("curve").get(1).get("commands_per_s").asLong()).isEqualTo(50_000);
    assertThat(object.get("known").get(1).get("restored_per_s").asLong()).isEqualTo(500_000);
    assertThat(object.get("known").get(1).get("median_new_per_s").asLong()).isEqualTo(62_000);
    assertThat(object.get("known").get(1).get("median_per_s").asLong()).isEqualTo(51_000);
    assertThat(object.get("known").get(1).has("resident_bytes")).isFalse();
    assertThat(object.get("not_measured").get(0).asText()).startsWith("Redis: ");
  }

  @Test
  void thePageShowsAllOfItAndNeedsNothingElse() throws Exception {
    String page = ReportPage.of(sample());
    Files.writeString(Path.of("target", "sample-bench.html"), page);
    Document parsed = parsed(page);

    assertThat(parsed.getElementsByTagName("svg").getLength()).isEqualTo(3);
    assertThat(page)
        .contains("60,000/s · 0.31 ×", "&lt;careless&gt; &amp; fast", "no redis-server")
        .doesNotContain("<script", "<link", "src=", "href=", "url(", "@import", "http", "NaN");
  }

  @Test
  void theTablesNameEachContenderOnce() {
    StringWriter text = new StringWriter();
    ReportText.print(sample(), new PrintWriter(text));

    assertThat(text.toString().lines().filter(line -> line.startsWith("gate ")))
        .hasSize(4)
        .anyMatch(line -> line.contains("60,000") && line.contains("0.31"));
    assertThat(text.toString()).contains("not measured: Redis: no redis-server");
  }

  @Test
  void onALogarithmicAxisEachStepMultiplies() {
    LogAxis axis = LogAxis.around(0, 300, 12, 900);

    assertThat(axis.ticks()).containsExactly(10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0);
    assertThat(axis.at(100)).isEqualTo(150);
    assertThat(axis.at(1_000)).isEqualTo(300);
  }

  private static Report sample() {
    Workload workload = Catalogue.OUTCOMES.workload(300_000, 1);
    return new Report(
        "Linux, 2 processors",
        List.of(
            Report.Entrant.of(new PassThrough()),
            Report.Entrant.of(new FullGate(true)),
            new Report.Entrant("<careless> & fast", "nothing")),
        new ArrayList<>(
            List.of(
                new Throughput.Result(
                    workload,
                    List.of(
                        measured("pass-through", 180_000, 192_000, 200_000),
                        measured("gate", 50_000, 60_000, 70_000),
                        measured("<careless> & fast", 9_000, 9_100, 9_500))))),
        new ArrayList<>(
            List.of(latency("pass-through", 100, 30_000), latency("gate", 100, 50_000))),
        new ArrayList<>(
            List.of(
                new Report.CurvePoint(180_000, latency("pass-through", 10, 9_000)),
                new Report.CurvePoint(50_000, latency("gate", 10, 14_000)),
                new Report.CurvePoint(190_000, latency("pass-through", 500, 260_000)),
                new Report.CurvePoint(61_000, latency("gate", 500, 280_000)))),
        new ArrayList<>(
            List.of(
                known(10_000, OptionalLong.of(600L << 20)),
                known(1_000_000, OptionalLong.empty()))),
        List.of("Redis: no redis-server"));
  }

  private static Throughput.Measured measured(String name, double... perSecond) {
    List<Double> figures = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (double figure : perSecond) {
      figures.add(figure);
      ratios.add(figure / 192_000);
    }
    return new Throughput.Measured(
        name,
        300_000,
        Series.of(figures, figure -> figure),
        Series.of(ratios, ratio -> ratio),
        Series.of(figures, figure -> 1e6 / figure));
  }

  private static Latency.Measured latency(String name, long commitMs, long middleMicros) {
    Histogram micros = new Histogram(3);
    for (int i = 1; i <= 1_000; i++) {
      micros.recordValue(middleMicros * i / 500);
    }
    return new Latency.Measured(name, 5_000, commitMs, micros);
  }

  private static Known.Measured known(long actions, OptionalLong residentBytes) {
    return new Known.Measured(
        actions,
        Series.of(List.of(60_000.0, 64_000.0), figure -> figure),
        Series.of(List.of(50_000.0, 52_000.0), figure -> figure),
        residentBytes,
        2_000_000,
        3_000,
        7_000);
  }

  private static Document parsed(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page.replaceFirst("<!DOCTYPE html>", ""))));
  }
}
