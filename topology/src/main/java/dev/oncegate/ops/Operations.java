package dev.oncegate.ops;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.config.HostAndPort;
import dev.oncegate.gate.Gate;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * The operations endpoint of one instance of the gate.
 *
 * <p>It is opened before the gate, so that probes are answered while that waits for its
 * surroundings, and closed after it.
 */
public final class Operations implements AutoCloseable {
  private final GateConfig config;
  private final @Nullable HttpServer server;
  private final Neighbours neighbours;
  private final AtomicReference<@Nullable Gate> gate = new AtomicReference<>();
  private final AtomicReference<@Nullable Scrape> metrics = new AtomicReference<>();

  private Operations(GateConfig config) {
    neighbours = new Neighbours(Duration.ofMillis(config.getLong(GateKeys.OPS_QUERY_TIMEOUT_MS)));
    HttpServer opened = config.opsListener().map(listener -> open(config, listener)).orElse(null);
    this.server = opened;
    this.config = opened == null ? config : advertised(config, opened.address());
  }

  /**
   * Begins to listen where the configuration says; nowhere where it says nothing.
   *
   * @throws ConfigException where the address cannot be used
   */
  public static Operations open(GateConfig config) {
    return new Operations(config);
  }

  private HttpServer open(GateConfig settings, HostAndPort listener) {
    HttpServer opened = new HttpServer(listener, settings.getInt(GateKeys.OPS_THREADS_MAX));
    Lookups lookups = new Lookups(settings, neighbours);
    opened.start(
        new Routes(
            new Probes(Duration.ofMillis(settings.getLong(GateKeys.OPS_READY_GRACE_MS))),
            lookups,
            new Circuits(lookups, neighbours),
            gate::get,
            () -> About.of(settings, gate.get()),
            () -> Optional.ofNullable(metrics.get())));
    return opened;
  }

  private static GateConfig advertised(GateConfig config, HostAndPort address) {
    String key = StreamsConfig.APPLICATION_SERVER_CONFIG;
    return config.kafkaSettings().containsKey(key)
        ? config
        : config.with(key, reachable(address).toString());
  }

  /** An address that other machines can use, where it listens on all of this one. */
  private static HostAndPort reachable(HostAndPort address) {
    try {
      return InetAddress.getByName(address.host()).isAnyLocalAddress()
          ? new HostAndPort(InetAddress.getLocalHost().getHostAddress(), address.port())
          : address;
    } catch (UnknownHostException e) {
      throw new ConfigException(
          StreamsConfig.APPLICATION_SERVER_CONFIG,
          null,
          "this machine does not know its own address; set host:port by which other instances reach it");
    }
  }

  /** The settings with which the gate has to be started, so that other instances find this one. */
  public GateConfig config() {
    return config;
  }

  /** Tells of a gate from now on. */
  public void watch(Gate started) {
    gate.set(started);
  }

  /** Publishes metrics from now on. */
  public void publish(Scrape scrape) {
    metrics.set(scrape);
  }

  /** Where it listens, as {@code http://host:port}; empty: nowhere. */
  public Optional<String> url() {
    return Optional.ofNullable(server).map(running -> "http://" + running.address());
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    neighbours.close();
  }
}
