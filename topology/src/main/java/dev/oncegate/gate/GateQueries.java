package dev.oncegate.gate;

import dev.oncegate.config.HostAndPort;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.CommittedReads;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.RunView;
import dev.oncegate.gate.store.StateNotAvailableException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/**
 * Questions about what a running gate knows, asked from outside of its tasks.
 *
 * <p>They see what is committed and nothing else. Which instance has the answer is for the caller
 * to find ({@link #placeOf}); the look-ups themselves are of this instance alone.
 */
public final class GateQueries {
  private final KafkaStreams streams;
  private final int partitions;
  private final long windowMs;
  private final InstantSource clock;
  private final @Nullable HostAndPort self;
  private final ReadablePartitions readable;

  /**
   * @param windowMs the dedup window, in milliseconds
   * @param self the address by which instances know this one; null: they do not
   * @param readable the partitions that may be read
   */
  GateQueries(
      KafkaStreams streams,
      int partitions,
      long windowMs,
      InstantSource clock,
      @Nullable HostAndPort self,
      ReadablePartitions readable) {
    this.streams = streams;
    this.partitions = partitions;
    this.windowMs = windowMs;
    this.clock = clock;
    this.self = self;
    this.readable = readable;
  }

  /** Where the state of a scope is. */
  public Place placeOf(String scope) {
    byte[] key = Outbox.bytes(scope);
    int partition = ByKey.partitionOf(key, partitions);
    KeyQueryMetadata metadata;
    try {
      metadata = streams.queryMetadataForKey(RunStore.NAME, key, new ByKey());
    } catch (IllegalStateException | InvalidStateStoreException e) {
      // Not running: it knows nobody.
      return new Place(partition, null, false, List.of());
    }
    if (metadata == null || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      return new Place(partition, null, false, List.of());
    }
    HostAndPort active = address(metadata.activeHost());
    List<HostAndPort> standbys =
        metadata.standbyHosts().stream()
            .map(GateQueries::address)
            .filter(host -> host != null)
            .sorted(Comparator.comparing(HostAndPort::toString))
            .toList();
    return new Place(partition, active, active != null && active.equals(self), standbys);
  }

  /** The other instances, as far as this one knows them. */
  public List<HostAndPort> others() {
    Collection<StreamsMetadata> instances;
    try {
      instances = streams.metadataForAllStreamsClients();
    } catch (IllegalStateException | InvalidStateStoreException e) {
      // Not running: it knows nobody.
      return List.of();
    }
    return instances.stream()
        .map(StreamsMetadata::hostInfo)
        .map(GateQueries::address)
        .filter(host -> host != null && !host.equals(self))
        .distinct()
        .sorted(Comparator.comparing(HostAndPort::toString))
        .toList();
  }

  /** The address by which other instances know this one; null: they do not. */
  public @Nullable HostAndPort self() {
    return self;
  }

  /** How many partitions there are, each with state of its own. */
  public int partitions() {
    return partitions;
  }

  /**
   * What is known of an action; null where nothing is, or no longer.
   *
   * @throws StateNotAvailableException where this instance does not process the partition
   */
  public @Nullable ActionEntry action(int partition, ActionId id) {
    return readable.read(
        partition,
        () ->
            ActionStore.view(new CommittedReads(streams, partition), windowMs)
                .find(id, clock.millis()));
  }

  /**
   * What is known of a run; null where nothing is.
   *
   * @throws StateNotAvailableException where this instance does not process the partition
   */
  public @Nullable RunState run(int partition, RunId id) {
    return readable.read(partition, () -> runs(partition).find(id));
  }

  /**
   * The runs of a partition that are wanted.
   *
   * @throws StateNotAvailableException where this instance does not process the partition
   * @see RunView#scan
   */
  public RunView.Part scan(
      int partition,
      @Nullable RunId after,
      Predicate<RunState> wanted,
      int mostFound,
      int mostLookedAt) {
    return readable.read(
        partition, () -> runs(partition).scan(after, wanted, mostFound, mostLookedAt));
  }

  private RunView runs(int partition) {
    return new RunView(new CommittedReads(streams, partition));
  }

  private static @Nullable HostAndPort address(HostInfo host) {
    return host.equals(HostInfo.unavailable()) ? null : new HostAndPort(host.host(), host.port());
  }
}
