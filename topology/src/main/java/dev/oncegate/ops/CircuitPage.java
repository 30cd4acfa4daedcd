package dev.oncegate.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.gate.store.RunId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A page of circuits: of one instance, or of several together.
 *
 * @param partitions that were looked through, or begun
 * @param next how far it goes; null: to the end
 * @param failed instances that did not answer
 */
record CircuitPage(
    List<Line> lines, Set<Integer> partitions, @Nullable Position next, List<String> failed) {

  /** A circuit and where it is. */
  record Line(Position at, ObjectNode json) {}

  CircuitPage {
    lines = List.copyOf(lines);
    partitions = Set.copyOf(partitions);
    failed = List.copyOf(failed);
  }

  /** The page of an instance that did not answer. */
  static CircuitPage failed(String instance) {
    return new CircuitPage(List.of(), Set.of(), null, List.of(instance));
  }

  /** The page that another instance told. */
  static CircuitPage of(JsonNode json) {
    List<Line> lines = new ArrayList<>();
    for (JsonNode circuit : json.path("circuits")) {
      RunId id = new RunId(circuit.path("scope").asText(), circuit.path("run_id").asText());
      lines.add(
          new Line(new Position(circuit.path("partition").asInt(), id), (ObjectNode) circuit));
    }
    Set<Integer> partitions = new TreeSet<>();
    json.path("partitions").forEach(partition -> partitions.add(partition.asInt()));
    JsonNode next = json.path("next");
    return new CircuitPage(
        lines, partitions, next.isTextual() ? Position.of(next.textValue()) : null, List.of());
  }

  /**
   * One page of the pages of several instances. It goes no further than the one of them that goes
   * the least far: what lies behind that comes with the next page, or it would be passed over.
   */
  static CircuitPage merged(List<CircuitPage> pages, int limit) {
    Position end =
        pages.stream()
            .map(CircuitPage::next)
            .filter(Objects::nonNull)
            .min(Comparator.naturalOrder())
            .orElse(null);
    List<Line> lines =
        pages.stream()
            .flatMap(page -> page.lines.stream())
            .filter(line -> end == null || line.at.compareTo(end) <= 0)
            .sorted(Comparator.comparing(Line::at))
            .toList();
    Set<Integer> partitions = new TreeSet<>();
    List<String> failed = new ArrayList<>();
    pages.forEach(
        page -> {
          partitions.addAll(page.partitions);
          failed.addAll(page.failed);
        });
    return lines.size() > limit
        ? new CircuitPage(lines.subList(0, limit), partitions, lines.get(limit - 1).at, failed)
        : new CircuitPage(lines, partitions, end, failed);
  }

  /**
   * The partitions up to the end of this page that nobody looked through.
   *
   * @param from where the page begins
   * @param count of all partitions
   */
  SortedSet<Integer> missing(Position from, int count) {
    int end = count - 1;
    if (next != null) {
      end = next.after() == null ? next.partition() - 1 : next.partition();
    }
    SortedSet<Integer> missing = new TreeSet<>();
    for (int partition = from.partition(); partition <= end; partition++) {
      if (!partitions.contains(partition)) {
        missing.add(partition);
      }
    }
    return missing;
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode circuits = json.putArray("circuits");
    lines.forEach(line -> circuits.add(line.json));
    ArrayNode seen = json.putArray("partitions");
    new TreeSet<>(partitions).forEach(seen::add);
    if (next != null) {
      json.put("next", next.toText());
    }
    return json;
  }
}
