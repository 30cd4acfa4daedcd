package dev.oncegate.testbed.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.testbed.check.Invariant;
import dev.oncegate.testbed.check.Report;
import dev.oncegate.testbed.load.Second;
import dev.oncegate.testbed.page.Html;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  @Test
  void allFaultsAreMarkedInTheChartAndListed() throws Exception {
    HtmlReport.Content content = sample(12, report(Map.of()), List.of());
    String page = HtmlReport.of(content);
    Files.writeString(Path.of("target", "sample-torture.html"), page);
    Document parsed = parsed(page);

    assertThat(count(parsed, "rect", "band")).isEqualTo(content.faults().size());
    assertThat(count(parsed, "rect", "bar")).isEqualTo(content.faults().size());
    assertThat(count(parsed, "circle", "badge")).isEqualTo(content.faults().size());
    for (FaultKind kind : FaultKind.values()) {
      assertThat(page).contains("<td>" + Html.escaped(kind.words()) + "</td>");
      assertThat(page).contains("<td>" + Html.words(kind) + "</td>");
    }
    assertThat(page)
        .contains("Every promise was kept")
        .contains("--minutes 12 --seed 42")
        .doesNotContain("broken</span>");
  }

  @Test
  void thePageNeedsNothingElse() {
    assertThat(HtmlReport.of(sample(3, report(Map.of()), List.of())))
        .doesNotContain("<script", "<link", "src=", "href=", "url(", "@import", "http");
  }

  @Test
  void tenHoursAreStillFewPointsAndTheFaultsAreFolded() throws Exception {
    String page = HtmlReport.of(sample(600, report(Map.of()), List.of()));
    Files.writeString(Path.of("target", "sample-torture-long.html"), page);
    Document parsed = parsed(page);

    assertThat(elements(parsed, "path", "decided").get(0).getAttribute("d").split("L"))
        .hasSizeBetween(300, 600);
    assertThat(count(parsed, "circle", "badge")).isZero();
    assertThat(count(parsed, "rect", "band")).isZero();
    assertThat(count(parsed, "rect", "bar")).isGreaterThan(500);
    assertThat(parsed.getElementsByTagName("details").getLength()).isEqualTo(1);
    assertThat(page.length()).isLessThan(1_500_000);
  }

  @Test
  void whatWasFoundIsToldFirstAndNothingOfItIsMarkup() throws Exception {
    String evil = "</li><script>alert('1')</script> & \u0000 \ud800";
    String page =
        HtmlReport.of(
            sample(
                2,
                report(Map.of(Invariant.I1, new Report.Verdict(10, 1, List.of(evil)))),
                List.of("gate-1 did not come back")));
    Files.writeString(Path.of("target", "sample-torture-bad.html"), page);
    Document parsed = parsed(page);

    assertThat(page)
        .contains("1 violation found")
        .contains("I1 is violated")
        .contains("gate-1 did not come back")
        .doesNotContain("<script");
    assertThat(parsed.getElementsByTagName("li").item(0).getTextContent())
        .isEqualTo("</li><script>alert('1')</script> & ? ?");
    assertThat(count(parsed, "span", "pill bad")).isEqualTo(1);
    assertThat(count(parsed, "span", "pill good")).isEqualTo(6);
  }

  @Test
  void aComplaintAloneIsNoGoodEnd() {
    assertThat(HtmlReport.of(sample(2, report(Map.of()), List.of("executed twice"))))
        .contains("Not everything was as it must be")
        .doesNotContain("Every promise was kept");
  }

  @Test
  void aRunThatEndedBeforeAnythingWasMeasuredHasAPageToo() throws Exception {
    String page =
        HtmlReport.of(
            new HtmlReport.Content(
                1, 1, 0, 0, 0, Map.of(), List.of(), List.of(), report(Map.of()), List.of()));
    assertThat(parsed(page).getElementsByTagName("svg").getLength()).isEqualTo(1);
    assertThat(page).contains("None was thrown").doesNotContain("NaN", "Infinity");
  }

  @Test
  void noLatencyIsDrawnWhereNothingWasDecided() throws Exception {
    List<Second> seconds = new ArrayList<>();
    for (int second = 0; second < 30; second++) {
      boolean isQuiet = second >= 10 && second < 20;
      seconds.add(
          new Second(
              second * 1_000L, 100, isQuiet ? 0 : 100, isQuiet ? 0 : 50, isQuiet ? 0 : 90, 95));
    }
    String page =
        HtmlReport.of(
            new HtmlReport.Content(
                1, 1, 1, 1, 1, Map.of(), seconds, List.of(), report(Map.of()), List.of()));
    assertThat(count(parsed(page), "path", "typical")).isEqualTo(2);
    assertThat(count(parsed(page), "path", "slow")).isEqualTo(2);
  }

  @Test
  void putTogetherSecondsKeepTheirSumTheirMiddleAndTheirWorst() {
    List<Second> seconds =
        List.of(
            new Second(0, 10, 20, 5, 50, 60),
            new Second(1_000, 30, 0, 0, 0, 0),
            new Second(2_000, 20, 10, 7, 900, 950),
            new Second(3_000, 8, 9, 3, 4, 5));
    assertThat(Points.of(seconds, 2))
        .containsExactly(
            new Points.Point(0, 2_000, 20, 10, 5, 50),
            new Points.Point(2_000, 4_000, 14, 9.5, 7, 900));
    assertThat(Points.of(seconds, 100)).hasSize(4);
  }

  private static Report report(Map<Invariant, Report.Verdict> others) {
    Map<Invariant, Report.Verdict> verdicts = new EnumMap<>(Invariant.class);
    for (Invariant invariant : Invariant.values()) {
      verdicts.put(
          invariant,
          others.getOrDefault(
              invariant, new Report.Verdict(123_456L * (invariant.ordinal() + 1), 0, List.of())));
    }
    return new Report(verdicts, List.of());
  }

  /** Faults one after the other, each of which stops a part of the decisions for a while. */
  private static HtmlReport.Content sample(int minutes, Report report, List<String> complaints) {
    Random random = new Random(5);
    List<HtmlReport.Thrown> faults = new ArrayList<>();
    long[] decided = new long[minutes * 60];
    long[] slowMs = new long[decided.length];
    Arrays.fill(decided, 300);
    int gap = Math.max(8, minutes * 60 / 16);
    int next = 0;
    for (int at = gap / 2; at + 40 < decided.length; at += Math.min(gap, 45)) {
      FaultKind kind = FaultKind.values()[next++ % FaultKind.values().length];
      int lasts = 4 + random.nextInt(14);
      int recovers = 1 + random.nextInt(8);
      faults.add(
          new HtmlReport.Thrown(
              new Mark(kind, "gate-" + (1 + random.nextInt(3)), at * 1_000L, (at + lasts) * 1_000L),
              recovers * 900L + random.nextInt(900),
              (lasts + recovers) * 800L));
      for (int i = at; i < at + lasts + recovers; i++) {
        boolean isBroker = kind == FaultKind.BROKER_FROZEN && i < at + lasts;
        decided[i] = isBroker ? 0 : 200 + random.nextInt(50);
        slowMs[i] = 800L * (1 + i - at);
      }
      decided[at + lasts + recovers] += 900;
      slowMs[at + lasts + recovers] = (lasts + recovers) * 900L;
    }
    List<Second> seconds = new ArrayList<>();
    for (int i = 0; i < decided.length; i++) {
      long p50 = decided[i] == 0 ? 0 : 90 + random.nextInt(30) + slowMs[i] / 30;
      long p99 = decided[i] == 0 ? 0 : Math.max(p50, 180 + random.nextInt(60) + slowMs[i]);
      long some = decided[i] == 0 ? 0 : decided[i] + random.nextInt(25);
      seconds.add(new Second(i * 1_000L, 300 + random.nextInt(12), some, p50, p99, p99 + 30));
    }
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("ACCEPTED", 41_234L);
    figures.put("REPLAYED", 12_345L);
    figures.put("dead letters", 1_234L);
    return new HtmlReport.Content(
        42,
        minutes,
        minutes * 18_000L,
        minutes * 18_000L,
        minutes * 7_000L,
        figures,
        seconds,
        faults,
        report,
        complaints);
  }

  private static Document parsed(String page) throws Exception {
    assertThat(page).startsWith("<!DOCTYPE html>");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(
            new InputSource(new StringReader(page.substring("<!DOCTYPE html>".length()).strip())));
  }

  private static int count(Document page, String tag, String style) {
    return elements(page, tag, style).size();
  }

  private static List<Element> elements(Document page, String tag, String style) {
    NodeList all = page.getElementsByTagName(tag);
    List<Element> found = new ArrayList<>();
    for (int i = 0; i < all.getLength(); i++) {
      if (all.item(i) instanceof Element element && element.getAttribute("class").equals(style)) {
        found.add(element);
      }
    }
    return found;
  }
}
