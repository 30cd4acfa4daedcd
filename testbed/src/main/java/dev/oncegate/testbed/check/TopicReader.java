package dev.oncegate.testbed.check;

import dev.oncegate.gate.serde.AvroDeserializer;
import dev.oncegate.gate.serde.RecordNotReadableException;
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

/**
 * Reads topics from their beginning, read_committed, up to given ends; asked again, it goes on
 * where it stopped. Whether an end is reached is told by the position, for the last offsets may be
 * markers of transactions and hold no record.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

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
    Map<TopicPartition, Long> committed = latest(partitions, IsolationLevel.READ_COMMITTED);
    return new Ends(
        committed, !committed.equals(latest(partitions, IsolationLevel.READ_UNCOMMITTED)));
  }

  /**
   * Ends of partitions.
   *
   * @param offsets behind the last one that can be read
   * @param transactionOpen whether more lies there that is not committed yet
   */
  record Ends(Map<TopicPartition, Long> offsets, boolean transactionOpen) {}

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
    }
    return records;
  }

  private long positionOf(TopicPartition partition) {
    return positions.getOrDefault(partition, 0L);
  }

  private static long endOf(Map<TopicPartition, Long> ends, TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  private Seen seen(ConsumerRecord<byte[], byte[]> record) {
    Place at = new Place(record.topic(), record.partition(), record.offset());
    if (record.value() == null) {
      return new Seen(at, record.timestamp(), record.headers(), null);
    }
    try {
      SpecificRecord value = deserializer.deserialize(record.topic(), record.value());
      return new Seen(
          at,
          record.timestamp(),
          record.headers(),
          value == null ? null : new Seen.Readable(value));
    } catch (RecordNotReadableException e) {
      return new Seen(
          at,
          record.timestamp(),
          record.headers(),
          new Seen.Unreadable(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public void close() {
    consumer.close();
    admin.close(Duration.ofSeconds(5));
    deserializer.close();
  }
}
