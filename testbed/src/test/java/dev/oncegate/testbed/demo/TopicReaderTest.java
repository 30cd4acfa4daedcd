package dev.oncegate.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicReaderTest {
  private static final TopicPartition PARTITION = new TopicPartition("t", 0);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final BlockingQueue<Long> read = new LinkedBlockingQueue<>();
  private final TopicReader reader =
      new TopicReader(consumer, List.of("t"), record -> read.add(record.offset()));
  private final Background background = new Background();

  @BeforeEach
  void begin() {
    consumer.updatePartitions("t", List.of(new PartitionInfo("t", 0, null, null, null)));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, 2L));
    consumer.schedulePollTask(() -> consumer.addRecord(record(0)));
    background.start("reader", reader, reader::close);
  }

  @AfterEach
  void end() {
    background.close();
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void itIsAtTheEndOnlyWhenAllThatIsCommittedWasRead() throws Exception {
    assertThat(read.poll(5, TimeUnit.SECONDS)).isEqualTo(0);
    assertThat(reader.atEnd().get(5, TimeUnit.SECONDS)).isFalse();

    consumer.schedulePollTask(() -> consumer.addRecord(record(1)));
    assertThat(read.poll(5, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(reader.atEnd().get(5, TimeUnit.SECONDS)).isTrue();
  }

  private static ConsumerRecord<byte[], byte[]> record(long offset) {
    return new ConsumerRecord<>("t", 0, offset, new byte[0], new byte[0]);
  }
}
