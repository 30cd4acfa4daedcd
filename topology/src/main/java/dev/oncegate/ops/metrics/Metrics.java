package dev.oncegate.ops.metrics;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Observer;
import dev.oncegate.gate.Restore;
import dev.oncegate.gate.Topics;
import dev.oncegate.gate.Vitals;
import dev.oncegate.ops.Scrape;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of an instance: those of the gate, those of Kafka Streams and its clients, and those
 * of the JVM and the process.
 */
public final class Metrics implements Scrape, AutoCloseable {
  /** How soon metrics of new threads and tasks appear, and those of ended ones go. */
  private static final Duration REFRESH = Duration.ofSeconds(10);

  private static final int USUAL_PAGE_BYTES = 262_144;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Counts counts;
  private final Stores stores;
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final ScheduledExecutorService refresher =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "kafka-metrics");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, Double> remaining = new ConcurrentHashMap<>();
  private @Nullable KafkaStreamsMetrics kafka;
  private volatile @Nullable Gate gate;

  /** Metrics of a gate that is yet to be started. */
  public Metrics(GateConfig config) {
    counts = new Counts(registry, Topics.of(config));
    stores = new Stores(registry);
    for (String store : Stores.NAMES) {
      Gauge.builder("oncegate.restore.remaining.records", () -> remaining.getOrDefault(store, 0.0))
          .description(
              "Changelog records that this instance still has to apply before it can go on; 0: it restores nothing.")
          .tag("store", store)
          .register(registry);
    }
    Gauge.builder("oncegate.running", this, Metrics::running)
        .description("1 while this instance is RUNNING, 0 in any other state of Kafka Streams.")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    collections.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** Has to be told what the gate does. */
  public Observer observer() {
    return counts;
  }

  /** Publishes Kafka's own metrics, sizes and progress of a gate from now on. */
  public synchronized void watch(Gate started) {
    gate = started;
    kafka = new KafkaStreamsMetrics(started.streams(), List.of(), refresher, REFRESH);
    kafka.bindTo(registry);
  }

  private double running() {
    Gate watched = gate;
    return watched != null && watched.state() == KafkaStreams.State.RUNNING ? 1 : 0;
  }

  private void refresh(Gate watched) {
    stores.refresh(watched.streams().metrics());
    remaining.clear();
    Vitals vitals = watched.vitals();
    for (Restore restore : vitals.restores()) {
      remaining.merge(restore.store(), (double) restore.remaining(), Double::sum);
    }
  }

  /** One page at a time: they share the figures of the moment. */
  @Override
  public synchronized byte[] page(String contentType) {
    Gate watched = gate;
    if (watched != null) {
      refresh(watched);
    }
    ByteArrayOutputStream page = new ByteArrayOutputStream(USUAL_PAGE_BYTES);
    try {
      registry.scrape(page, contentType);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return page.toByteArray();
  }

  @Override
  public synchronized void close() {
    if (kafka != null) {
      kafka.close();
    }
    refresher.shutdownNow();
    collections.close();
    registry.close();
  }
}
