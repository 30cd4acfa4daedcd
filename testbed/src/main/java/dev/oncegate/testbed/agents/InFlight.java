package dev.oncegate.testbed.agents;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Effects that were taken and whose outcome is not acknowledged yet.
 *
 * <p>An offset may be committed only when everything before it is done: answers come back in
 * another order than effects went out.
 */
final class InFlight {
  private final Map<TopicPartition, Deque<Taken>> taken = new HashMap<>();

  /** One effect. */
  static final class Taken {
    private final long offset;
    private int outstanding;

    private Taken(long offset, int outstanding) {
      this.offset = offset;
      this.outstanding = outstanding;
    }
  }

  /**
   * Takes an effect; effects of a partition come in the order of their offsets.
   *
   * @param answers acknowledgements to wait for; 0: it is done
   */
  synchronized Taken take(TopicPartition partition, long offset, int answers) {
    Taken effect = new Taken(offset, answers);
    taken.computeIfAbsent(partition, p -> new ArrayDeque<>()).add(effect);
    return effect;
  }

  synchronized void acknowledged(Taken effect) {
    effect.outstanding--;
  }

  /** What can be committed and was not asked for before; empty where nothing moved on. */
  synchronized Map<TopicPartition, OffsetAndMetadata> committable() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    taken.forEach(
        (partition, queue) -> {
          for (Taken head = queue.peek();
              head != null && head.outstanding <= 0;
              head = queue.peek()) {
            queue.remove();
            offsets.put(partition, new OffsetAndMetadata(head.offset + 1));
          }
        });
    return offsets;
  }

  /** Forgets partitions that belong to someone else now. */
  synchronized void forget(Collection<TopicPartition> partitions) {
    partitions.forEach(taken::remove);
  }
}
