package dev.oncegate.testbed.load;

import dev.oncegate.gate.GateHeaders;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.RecordCoordinates;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads results and dead letters: tells the pulse which commands are decided, and knows which
 * actions wait for an outcome, some 50 bytes each.
 */
final class Answers {
  private final Topics topics;
  private final Deserializer<SpecificRecord> deserializer;
  private final Pulse pulse;
  private final Set<Long> open = ConcurrentHashMap.newKeySet();
  private final AtomicLongArray decisions = new AtomicLongArray(Decision.values().length);
  private final AtomicLong deadLetters = new AtomicLong();
  private volatile long lastNs = System.nanoTime();

  Answers(Topics topics, Deserializer<SpecificRecord> deserializer, Pulse pulse) {
    this.topics = topics;
    this.deserializer = deserializer;
    this.pulse = pulse;
  }

  void read(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topics.deadLetters())) {
      deadLetter(record);
    } else if (deserializer.deserialize(record.topic(), record.value())
        instanceof ActionResult result) {
      result(result);
    }
    lastNs = System.nanoTime();
  }

  private void result(ActionResult result) {
    String key = result.getIdempotencyKey();
    Integer attempt = result.getEffectAttempt();
    Decision decision = result.getDecision();
    if (decision != null) {
      decisions.incrementAndGet(decision.ordinal());
      RecordCoordinates command = result.getCommand();
      pulse.decided(command.getPartition(), command.getOffset());
    }
    if (key != null && attempt != null) {
      // Of the action: a late outcome of an earlier attempt settles the last one too.
      long name = Chance.fingerprint(0, result.getScope(), key, 0);
      if (decision != null) {
        open.add(name);
      } else {
        open.remove(name);
      }
    }
  }

  private void deadLetter(ConsumerRecord<byte[], byte[]> record) {
    deadLetters.incrementAndGet();
    String partition = header(record, GateHeaders.DEAD_PARTITION);
    String offset = header(record, GateHeaders.DEAD_OFFSET);
    if (topics.commands().equals(header(record, GateHeaders.DEAD_TOPIC))
        && partition != null
        && offset != null) {
      pulse.decided(Integer.parseInt(partition), Long.parseLong(offset));
    }
  }

  private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** Decisions so far. */
  Map<Decision, Long> decisions() {
    Map<Decision, Long> counts = new EnumMap<>(Decision.class);
    for (Decision decision : Decision.values()) {
      counts.put(decision, decisions.get(decision.ordinal()));
    }
    return counts;
  }

  /** Dead letters so far, those of outcomes and controls among them. */
  long deadLetters() {
    return deadLetters.get();
  }

  /** Actions let through that have neither an outcome nor passed their deadline. */
  int open() {
    return open.size();
  }

  /** For how many nanoseconds nothing came. */
  long quietForNs() {
    return System.nanoTime() - lastNs;
  }
}
