package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RestoreProgressTest {
  private static final TopicPartition RUNS = new TopicPartition("oncegate-runs-changelog", 1);
  private static final TopicPartition ACTIONS = new TopicPartition("oncegate-actions-changelog", 1);
  private final RestoreProgress progress = new RestoreProgress();

  @Test
  void whatRemainsIsWhatLiesBehindTheLastBatch() {
    progress.onRestoreStart(RUNS, "runs", 100, 200);
    assertThat(progress.now()).containsExactly(new Restore("runs", 1, 0, 100));

    // 40 records up to offset 149; the other ten are the ends of transactions.
    progress.onBatchRestored(RUNS, "runs", 149, 40);
    progress.onBatchRestored(RUNS, "runs", 179, 30);

    assertThat(progress.now()).containsExactly(new Restore("runs", 1, 70, 20));
  }

  @Test
  void whatIsDoneOrGivenUpIsNoLongerTold() {
    progress.onRestoreStart(RUNS, "runs", 0, 10);
    progress.onRestoreStart(ACTIONS, "actions", 0, 10);
    assertThat(progress.now()).extracting(Restore::store).containsExactly("actions", "runs");

    progress.onRestoreEnd(RUNS, "runs", 10);
    progress.onRestoreSuspended(ACTIONS, "actions", 3);

    assertThat(progress.now()).isEmpty();
  }

  @Test
  void aLateBatchOfAnEndedRestoreBeginsNone() {
    progress.onBatchRestored(RUNS, "runs", 5, 5);

    assertThat(progress.now()).isEmpty();
  }
}
