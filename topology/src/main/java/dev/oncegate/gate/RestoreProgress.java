package dev.oncegate.gate;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * How far the stores are that are being restored at this moment.
 *
 * <p>Kept from what Streams tells as it goes, so that to ask costs no request to a broker: probes
 * ask often, and also when brokers are away.
 */
final class RestoreProgress implements StateRestoreListener {
  private record Begun(Restore restore, long endOffset) {}

  private final Map<TopicPartition, Begun> running = new ConcurrentHashMap<>();

  /** What is being restored, by store and partition. */
  List<Restore> now() {
    return running.values().stream()
        .map(Begun::restore)
        .sorted(Comparator.comparing(Restore::store).thenComparing(Restore::partition))
        .toList();
  }

  @Override
  public void onRestoreStart(TopicPartition changelog, String store, long from, long end) {
    Restore begun = new Restore(store, changelog.partition(), 0, Math.max(0, end - from));
    running.put(changelog, new Begun(begun, end));
  }

  @Override
  public void onBatchRestored(TopicPartition changelog, String store, long last, long records) {
    running.computeIfPresent(
        changelog,
        (same, begun) ->
            new Begun(
                new Restore(
                    store,
                    changelog.partition(),
                    begun.restore.restored() + records,
                    Math.max(0, begun.endOffset - last - 1)),
                begun.endOffset));
  }

  @Override
  public void onRestoreEnd(TopicPartition changelog, String store, long total) {
    running.remove(changelog);
  }

  @Override
  public void onRestoreSuspended(TopicPartition changelog, String store, long total) {
    running.remove(changelog);
  }
}
