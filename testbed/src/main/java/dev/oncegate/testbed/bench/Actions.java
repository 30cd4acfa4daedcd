package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.serde.AvroSerdes;
import java.util.Arrays;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * A multiset of actions, by 64 bits of hash each: what was sent, to be compared with what came out
 * when nothing is timed any more.
 */
final class Actions {
  private final Deserializer<SpecificRecord> deserializer;
  private long[] hashes = new long[1 << 16];
  private int size;

  /**
   * @param config reaches the registry
   */
  Actions(GateConfig config) {
    this.deserializer = AvroSerdes.of("oncegate", config.kafkaSettings()).deserializer();
  }

  void add(String run, String key) {
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, size * 2);
    }
    hashes[size++] = mixed(mixed(hash(run)) + hash(key));
  }

  /**
   * Adds the action of an effect, or of a command that was passed on as the effect.
   *
   * @throws IllegalStateException where it is neither
   */
  void addEffect(String topic, byte[] value) {
    SpecificRecord effect = deserializer.deserialize(topic, value);
    if (effect instanceof ActionEffect permission) {
      add(permission.getRunId(), permission.getIdempotencyKey());
    } else if (effect instanceof ActionCommand command) {
      add(command.getRunId(), command.getIdempotencyKey());
    } else {
      throw new IllegalStateException("%s holds a %s".formatted(topic, effect));
    }
  }

  /** How many there are, repeats included. */
  int size() {
    return size;
  }

  /** What is wrong with effects that should be one for each of these; empty where nothing is. */
  String differenceOf(Actions effects) {
    long[] wanted = sorted();
    long[] found = effects.sorted();
    if (Arrays.equals(wanted, found)) {
      return "";
    }
    return "%,d effects of %,d different actions, where %,d actions were sent"
        .formatted(found.length, Arrays.stream(found).distinct().count(), wanted.length);
  }

  private long[] sorted() {
    long[] copy = Arrays.copyOf(hashes, size);
    Arrays.sort(copy);
    return copy;
  }

  private static long hash(String text) {
    long hash = text.length();
    for (int i = 0; i < text.length(); i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return hash;
  }

  /** The last step of MurmurHash3: all bits of the sum count in all bits of the result. */
  private static long mixed(long hash) {
    long mixed = hash;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
