package dev.oncegate.ops;

/** Makes the page of metrics. */
@FunctionalInterface
public interface Scrape {
  /** Prometheus' own text format, which every collector reads. */
  String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  /** OpenMetrics 1.0. */
  String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /**
   * The page.
   *
   * @param contentType {@link #PROMETHEUS} or {@link #OPEN_METRICS}
   */
  byte[] page(String contentType);
}
