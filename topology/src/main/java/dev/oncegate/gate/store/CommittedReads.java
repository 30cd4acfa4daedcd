package dev.oncegate.gate.store;

import java.util.Set;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.query.StateQueryResult;
import org.jspecify.annotations.Nullable;

/**
 * Reads the stores of one partition beside the task that writes them: what is committed and nothing
 * else, of the active task and no standby. Whoever asks must not be told of a decision that an
 * aborted transaction takes back, nor of one that is a while old.
 *
 * <p>Caches hold what is not committed; a query of a cached store has to skip them.
 */
public final class CommittedReads {
  private final KafkaStreams streams;
  private final int partition;

  public CommittedReads(KafkaStreams streams, int partition) {
    this.streams = streams;
    this.partition = partition;
  }

  /**
   * The answer to a query; null where there is none.
   *
   * @throws StateNotAvailableException where this instance does not process the partition
   */
  <R> @Nullable R ask(String store, Query<R> query) {
    StateQueryRequest<R> request =
        StateQueryRequest.inStore(store)
            .withQuery(query)
            .withPartitions(Set.of(partition))
            .withIsolationLevel(IsolationLevel.READ_COMMITTED)
            .requireActive();
    StateQueryResult<R> results;
    try {
      results = streams.query(request);
    } catch (InvalidStateStoreException e) {
      throw new StateNotAvailableException(String.valueOf(e.getMessage()));
    }
    QueryResult<R> result = results.getPartitionResults().get(partition);
    if (result == null || result.isFailure()) {
      throw new StateNotAvailableException(
          "Partition %d is not processed by this instance at this moment.".formatted(partition));
    }
    return result.getResult();
  }
}
