package dev.oncegate.testbed.check;

import dev.oncegate.testbed.check.store.ColdStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/** Spoils histories and has them judged. */
final class Histories {
  /** Nothing spills. */
  static final long AMPLE_HEAP = 64 << 20;

  private Histories() {}

  static Report judged(List<Seen> records) {
    return judged(records, HonestGate.WINDOW_MS, AMPLE_HEAP);
  }

  /** Judged with so much heap for what must be remembered. */
  static Report judged(List<Seen> records, long windowMs, long heapBytes) {
    try (Judge judge =
        new Judge(HonestGate.TOPICS, windowMs, new Spans(), new ColdStore(heapBytes))) {
      records.forEach(judge::see);
      return judge.judge(true);
    }
  }

  static Judge judge(Spans spans) {
    return new Judge(HonestGate.TOPICS, HonestGate.WINDOW_MS, spans, new ColdStore(AMPLE_HEAP));
  }

  /** The same records, each partition in its order, the partitions in any. */
  static List<Seen> interleaved(List<Seen> records, Random random) {
    Map<String, List<Seen>> partitions = new LinkedHashMap<>();
    records.forEach(
        record ->
            partitions
                .computeIfAbsent(
                    record.at().topic() + record.at().partition(), ignored -> new ArrayList<>())
                .add(record));
    List<List<Seen>> open = new ArrayList<>(partitions.values());
    List<Seen> mixed = new ArrayList<>();
    while (!open.isEmpty()) {
      List<Seen> one = open.get(random.nextInt(open.size()));
      mixed.add(one.remove(0));
      open.removeIf(List::isEmpty);
    }
    return mixed;
  }

  static List<Seen> without(List<Seen> records, Seen record) {
    List<Seen> rest = new ArrayList<>(records);
    rest.remove(record);
    return rest;
  }

  /** With a copy of a record behind its partition's end. */
  static List<Seen> twice(List<Seen> records, Seen record) {
    List<Seen> more = new ArrayList<>(records);
    Place at = record.at();
    long end =
        records.stream()
            .filter(other -> isBeside(other.at(), at))
            .mapToLong(other -> other.at().offset())
            .max()
            .orElseThrow();
    more.add(
        new Seen(
            new Place(at.topic(), at.partition(), end + 1),
            record.timestampMs(),
            record.headers(),
            record.key(),
            record.content()));
    return more;
  }

  private static boolean isBeside(Place one, Place other) {
    return one.topic().equals(other.topic()) && one.partition() == other.partition();
  }

  /** With the first record of a type that fits changed. */
  static <T extends SpecificRecord> List<Seen> altered(
      List<Seen> records, Class<T> type, Predicate<T> which, Consumer<T> change) {
    List<Seen> spoilt = new ArrayList<>(records);
    for (int i = 0; i < spoilt.size(); i++) {
      Seen record = spoilt.get(i);
      T value = record.as(type);
      if (value != null && which.test(value)) {
        T copy =
            type.cast(
                org.apache.avro.specific.SpecificData.get().deepCopy(value.getSchema(), value));
        change.accept(copy);
        spoilt.set(
            i,
            new Seen(
                record.at(),
                record.timestampMs(),
                record.headers(),
                record.key(),
                new Seen.Readable(copy)));
        return spoilt;
      }
    }
    throw new IllegalStateException("no such record");
  }

  static <T> Seen first(List<Seen> records, Class<T> type, Predicate<T> which) {
    return records.stream()
        .filter(record -> record.as(type) != null && which.test(record.as(type)))
        .findFirst()
        .orElseThrow();
  }
}
