package dev.oncegate.testbed.check;

import dev.oncegate.serde.AvroDeserializer;
import dev.oncegate.serde.RecordNotReadableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads topics from their beginning, read_committed, up to given ends; asked again, it goes on
 * where it stopped. Whether an end is reached is told by the position, for the last offsets may be
 * markers of transactions and hold no record.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * How far ahead of the slowest a partition may be read, as a part of all that is to be read of
   * it. What belongs together was written at about the same time: read at about the same time, it
   * need not be remembered for long.
   */
  private static final double LEAD = 0.002;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Admin admin;
  private final AvroDeserializer<SpecificRecord> deserializer = new AvroDeserializer<>();
  private final Map<TopicPartition, Long> positions = new HashMap<>();

  /**
   * @param settings of the cluster and the registry, under the names that Kafka's consumer and the
   *     registry's clients use
   */
  TopicReader(Map<String, Object> settings) {
    deserializer.configure(settings, false);
    consumer = new KafkaConsumer<>(consumerSettings(settings));
    admin = Admin.create(only(settings, AdminClientConfig.configNames()));
  }

  private static Map<String, Object> consumerSettings(Map<String, Object> settings) {
    Map<String, Object> own = only(settings, ConsumerConfig.configNames());
    own.remove(ConsumerConfig.GROUP_ID_CONFIG);
    own.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    own.remove(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
    own.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    own.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    own.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
    own.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return own;
  }

  private static Map<String, Object> only(Map<String, Object> settings, Collection<String> names) {
    return settings.entrySet().stream()
        .filter(entry -> names.contains(entry.getKey()))
        .collect(
            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b, HashMap::new));
  }

  /**
   * The first offsets that are still there, of all partitions of the topics.
   *
   * @throws CheckFailedException where a topic is missing or the cluster does not answer
   */
  Map<TopicPartition, Long> beginnings(Collection<String> topics) {
    try {
      Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitionsOf(topics));
      beginnings.forEach(positions::putIfAbsent);
      return beginnings;
    } catch (KafkaException e) {
      throw new CheckFailedException("The cluster does not answer: " + e.getMessage(), e);
    }
  }

  private List<TopicPartition> partitionsOf(Collection<String> topics) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      List<PartitionInfo> found = consumer.partitionsFor(topic);
      if (found == null || found.isEmpty()) {
        throw new CheckFailedException(
            "Topic '%s' does not exist. Is the topic prefix right, and have the topics been created?"
                .formatted(topic));
      }
      found.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    return partitions;
  }

  /**
   * What can be read by now of those partitions, and whether a transaction is still open on one of
   * them.
   */
  Ends ends(Collection<TopicPartition> partitions) {
    return new Ends(
        latest(partitions, IsolationLevel.READ_COMMITTED),
        latest(partitions, IsolationLevel.READ_UNCOMMITTED));
  }

  /**
   * Ends of partitions.
   *
   * @param offsets behind the last record that can be read
   * @param written behind the last record that is there, committed or not
   */
  record Ends(Map<TopicPartition, Long> offsets, Map<TopicPartition, Long> written) {
    boolean transactionOpen() {
      return !offsets.equals(written);
    }

    /** Whether all that was written when the others were looked at can be read by now. */
    boolean reach(Ends others) {
      return others.written.entrySet().stream()
          .allMatch(end -> offsets.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }
  }

  private Map<TopicPartition, Long> latest(
      Collection<TopicPartition> partitions, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> asked =
        partitions.stream()
            .collect(Collectors.toMap(partition -> partition, ignored -> OffsetSpec.latest()));
    try {
      Map<TopicPartition, Long> ends = new HashMap<>();
      for (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> end :
          admin.listOffsets(asked, new ListOffsetsOptions(isolation)).all().get().entrySet()) {
        ends.put(end.getKey(), end.getValue().offset());
      }
      return ends;
    } catch (ExecutionException e) {
      throw new CheckFailedException(
          "The cluster does not tell the ends of its topics: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CheckFailedException("interrupted", e);
    }
  }

  /**
   * Hands over the records up to the ends (exclusive) that were not handed over before; returns how
   * many.
   */
  long readTo(Map<TopicPartition, Long> ends, Consumer<Seen> reader) {
    List<TopicPartition> open =
        ends.keySet().stream()
            .filter(partition -> positionOf(partition) < endOf(ends, partition))
            .toList();
    consumer.assign(open);
    open.forEach(partition -> consumer.seek(partition, positionOf(partition)));
    Map<TopicPartition, Long> begins = new HashMap<>(positions);
    long records = 0;
    while (!consumer.assignment().isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < endOf(ends, partition)) {
          reader.accept(seen(record));
          records++;
        }
      }
      List<TopicPartition> rest = new ArrayList<>();
      for (TopicPartition partition : consumer.assignment()) {
        positions.put(partition, Math.min(consumer.position(partition), endOf(ends, partition)));
        if (positionOf(partition) < endOf(ends, partition)) {
          rest.add(partition);
        }
      }
      if (rest.size() < consumer.assignment().size()) {
        consumer.assign(rest);
      }
      keepAbreast(rest, begins, ends);
    }
    return records;
  }

  private void keepAbreast(
      List<TopicPartition> rest, Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Double> read = new HashMap<>();
    for (TopicPartition partition : rest) {
      long begin = begins.getOrDefault(partition, 0L);
      long all = endOf(ends, partition) - begin;
      read.put(partition, (positionOf(partition) - begin) / (double) all);
    }
    double slowest = read.values().stream().mapToDouble(part -> part).min().orElse(0);
    List<TopicPartition> ahead =
        rest.stream().filter(partition -> isAhead(read, partition, slowest)).toList();
    consumer.resume(consumer.paused());
    consumer.pause(ahead);
  }

  private static boolean isAhead(
      Map<TopicPartition, Double> read, TopicPartition partition, double slowest) {
    return read.getOrDefault(partition, 0.0) > slowest + LEAD;
  }

  private long positionOf(TopicPartition partition) {
    return positions.getOrDefault(partition, 0L);
  }

  private static long endOf(Map<TopicPartition, Long> ends, TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  private Seen seen(ConsumerRecord<byte[], byte[]> record) {
    Place at = new Place(record.topic(), record.partition(), record.offset());
    String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    return new Seen(at, record.timestamp(), record.headers(), key, contentOf(record));
  }

  private Seen.@Nullable Content contentOf(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      SpecificRecord value = deserializer.deserialize(record.topic(), record.value());
      return value == null ? null : new Seen.Readable(value);
    } catch (RecordNotReadableException e) {
      return new Seen.Unreadable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    consumer.close();
    admin.close(Duration.ofSeconds(5));
    deserializer.close();
  }
}
