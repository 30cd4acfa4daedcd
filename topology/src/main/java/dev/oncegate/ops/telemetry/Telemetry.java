package dev.oncegate.ops.telemetry;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Observer;
import dev.oncegate.ops.Scrape;
import dev.oncegate.ops.logging.DecisionLog;
import dev.oncegate.ops.logging.LogFormat;
import dev.oncegate.ops.logging.RecordContext;
import dev.oncegate.ops.metrics.Metrics;
import dev.oncegate.ops.tracing.Tracing;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Metrics, log and traces of one instance of the gate, as its configuration wants them. Made before
 * the gate, which tells it what it does, and closed after it: the last spans are sent then.
 */
public final class Telemetry implements AutoCloseable {
  private final Metrics metrics;
  private final @Nullable Tracing tracing;
  private final Observer observer;

  private Telemetry(Metrics metrics, @Nullable Tracing tracing, Observer observer) {
    this.metrics = metrics;
    this.tracing = tracing;
    this.observer = observer;
  }

  /**
   * Switches the log's format too, which is the whole process's.
   *
   * @throws org.apache.kafka.common.config.ConfigException where traces are wanted and OTEL_*
   *     settings are wrong
   */
  public static Telemetry of(GateConfig config) {
    LogFormat.use(config.getString(GateKeys.LOG_FORMAT));
    Tracing tracing = config.getBoolean(GateKeys.TRACING_ENABLED) ? Tracing.of(config) : null;
    Metrics metrics = new Metrics(config);
    List<Observer> observers = new ArrayList<>();
    observers.add(metrics.observer());
    if (LogFormat.isJson(config.getString(GateKeys.LOG_FORMAT))) {
      observers.add(new RecordContext());
    }
    DecisionLog.of(config.getString(GateKeys.LOG_DECISIONS)).ifPresent(observers::add);
    if (tracing != null) {
      observers.add(tracing);
    }
    return new Telemetry(metrics, tracing, Audience.of(observers));
  }

  /** Starts a gate and watches it. */
  public Gate start(GateConfig config) throws InterruptedException {
    Gate gate = Gate.start(config, InstantSource.system(), observer);
    metrics.watch(gate);
    return gate;
  }

  /** Makes the page of metrics. */
  public Scrape scrape() {
    return metrics;
  }

  @Override
  public void close() {
    metrics.close();
    if (tracing != null) {
      tracing.close();
    }
  }
}
