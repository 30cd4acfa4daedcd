package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.gate.store.StateNotAvailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ReadablePartitionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ReadablePartitions partitions = new ReadablePartitions();

  @Test
  void onlyPartitionsWhoseTaskIsAtWorkAreRead() {
    assertRefused(3);
    partitions.open(3);
    assertThat(partitions.<String>read(3, () -> "state")).isEqualTo("state");
    assertRefused(2);
    partitions.close(3);
    assertRefused(3);
    partitions.open(3);
    assertThat(partitions.<String>read(3, () -> "again")).isEqualTo("again");
  }

  @Test
  void aTaskThatEndsWaitsForThoseWhoReadAndLetsNobodyIn() throws Exception {
    partitions.open(3);
    partitions.open(4);
    CountDownLatch reads = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<String> reader =
        CompletableFuture.supplyAsync(
            () ->
                partitions.read(
                    3,
                    () -> {
                      reads.countDown();
                      try {
                        goOn.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                      return "read";
                    }));
    reads.await();
    Thread task = new Thread(() -> partitions.close(3));
    task.start();
    Awaitility.await().atMost(PATIENCE).until(() -> task.getState() == Thread.State.TIMED_WAITING);

    assertThat(partitions.<String>read(4, () -> "another")).isEqualTo("another");
    assertThat(reader).isNotDone();
    goOn.countDown();
    task.join(PATIENCE.toMillis());

    assertThat(task.isAlive()).isFalse();
    assertThat(reader.get()).isEqualTo("read");
    assertRefused(3);
  }

  private void assertRefused(int partition) {
    assertThatThrownBy(() -> partitions.read(partition, () -> "state"))
        .isInstanceOf(StateNotAvailableException.class)
        .hasMessageContaining("Partition " + partition);
  }
}
