package dev.oncegate.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.config.HostAndPort;
import dev.oncegate.core.guard.Circuit;
import dev.oncegate.gate.GateQueries;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.RunView;
import dev.oncegate.gate.store.StateNotAvailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lists the circuits that are not closed, page by page.
 *
 * <p>There is no index of them, so all runs are looked through; a page ends where it is full or
 * after so many runs, and then has a {@code next}. It may be empty and still have one.
 */
final class Circuits {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MOST = 1_000;
  private static final int MOST_LOOKED_AT = 20_000;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Comparator<Position> ORDER = Comparator.naturalOrder();

  private final Lookups lookups;
  private final Neighbours neighbours;

  Circuits(Lookups lookups, Neighbours neighbours) {
    this.lookups = lookups;
    this.neighbours = neighbours;
  }

  /** A circuit and where it is. */
  private record Line(Position at, ObjectNode json) {}

  /**
   * A page.
   *
   * @param partitions that were looked through, or begun
   * @param next how far it goes; null: to the end
   * @param failed instances that did not answer
   */
  private record Page(
      List<Line> lines, Set<Integer> partitions, @Nullable Position next, List<String> failed) {}

  CompletableFuture<Answer> list(GateQueries queries, Asked asked) {
    asked.allowOnly(Set.of("all", "after", "limit"));
    int limit = limit(asked.parameter("limit"));
    String after = asked.parameter("after");
    Position from = after == null ? Position.BEGIN : Position.of(after);
    boolean all = flag(asked.parameter("all"));
    Page here = lookups.within(() -> local(queries, from, limit));
    HostAndPort self = queries.self();
    if (!all || asked.forwarded() || self == null) {
      return CompletableFuture.completedFuture(Answer.ok(json(queries, here)));
    }
    String target = "/v1/circuits?limit=%d&after=%s".formatted(limit, from.toText());
    CompletableFuture<List<Page>> pages =
        CompletableFuture.completedFuture(new ArrayList<>(List.of(here)));
    for (HostAndPort other : queries.others()) {
      CompletableFuture<Page> page =
          neighbours
              .ask(other, target, self)
              .thenApply(answer -> page(other, answer))
              .exceptionally(failure -> failed(other));
      pages = pages.thenCombine(page, Circuits::plus);
    }
    return pages.thenApply(
        found -> {
          Page merged = merged(found, limit);
          ObjectNode json = json(queries, merged);
          ArrayNode missing = json.putArray("partitions_missing");
          missing(from, merged, queries.partitions()).forEach(missing::add);
          ArrayNode failed = json.putArray("instances_failed");
          merged.failed.forEach(failed::add);
          json.put("complete", missing.isEmpty());
          return Answer.ok(json);
        });
  }

  private static Page local(GateQueries queries, Position from, int limit) {
    List<Line> lines = new ArrayList<>();
    Set<Integer> partitions = new TreeSet<>();
    int lookedAt = 0;
    for (int partition = from.partition(); partition < queries.partitions(); partition++) {
      if (lines.size() == limit || lookedAt >= MOST_LOOKED_AT) {
        return new Page(lines, partitions, new Position(partition, null), List.of());
      }
      RunId after = partition == from.partition() ? from.after() : null;
      RunView.Part part;
      try {
        part =
            queries
                .runs(partition)
                .scan(
                    after,
                    run -> run.circuit().state() != Circuit.State.CLOSED,
                    limit - lines.size(),
                    MOST_LOOKED_AT - lookedAt);
      } catch (StateNotAvailableException e) {
        continue;
      }
      partitions.add(partition);
      lookedAt += part.lookedAt();
      for (RunView.Found found : part.found()) {
        lines.add(
            new Line(
                new Position(partition, found.id()),
                KnownJson.open(partition, found.id(), found.run())));
      }
      if (part.last() != null) {
        return new Page(lines, partitions, new Position(partition, part.last()), List.of());
      }
    }
    return new Page(lines, partitions, null, List.of());
  }

  /** No further than the page that goes the least far: what is behind that comes with the next. */
  private static Page merged(List<Page> pages, int limit) {
    Position end =
        pages.stream().map(Page::next).filter(next -> next != null).min(ORDER).orElse(null);
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
        ? new Page(lines.subList(0, limit), partitions, lines.get(limit - 1).at, failed)
        : new Page(lines, partitions, end, failed);
  }

  /** The partitions up to the end of a page that nobody looked through. */
  private static List<Integer> missing(Position from, Page page, int partitions) {
    int end = partitions - 1;
    if (page.next != null) {
      end = page.next.after() == null ? page.next.partition() - 1 : page.next.partition();
    }
    List<Integer> missing = new ArrayList<>();
    for (int partition = from.partition(); partition <= end; partition++) {
      if (!page.partitions.contains(partition)) {
        missing.add(partition);
      }
    }
    return missing;
  }

  private static ObjectNode json(GateQueries queries, Page page) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    HostAndPort self = queries.self();
    if (self != null) {
      json.put("instance", self.toString());
    }
    ArrayNode circuits = json.putArray("circuits");
    page.lines.forEach(line -> circuits.add(line.json));
    ArrayNode partitions = json.putArray("partitions");
    page.partitions.forEach(partitions::add);
    if (page.next != null) {
      json.put("next", page.next.toText());
    }
    return json;
  }

  private static Page page(HostAndPort instance, Answer answer) {
    if (answer.status() != 200) {
      return failed(instance);
    }
    JsonNode json;
    try {
      json = MAPPER.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Line> lines = new ArrayList<>();
    for (JsonNode circuit : json.path("circuits")) {
      RunId id = new RunId(circuit.path("scope").asText(), circuit.path("run_id").asText());
      lines.add(
          new Line(new Position(circuit.path("partition").asInt(), id), (ObjectNode) circuit));
    }
    Set<Integer> partitions = new TreeSet<>();
    json.path("partitions").forEach(partition -> partitions.add(partition.asInt()));
    JsonNode next = json.path("next");
    return new Page(
        lines, partitions, next.isTextual() ? Position.of(next.textValue()) : null, List.of());
  }

  private static Page failed(HostAndPort instance) {
    return new Page(List.of(), Set.of(), null, List.of(instance.toString()));
  }

  private static List<Page> plus(List<Page> pages, Page page) {
    pages.add(page);
    return pages;
  }

  private static int limit(@Nullable String value) {
    if (value == null) {
      return DEFAULT_LIMIT;
    }
    try {
      int limit = Integer.parseInt(value);
      if (limit >= 1 && limit <= MOST) {
        return limit;
      }
    } catch (NumberFormatException e) {
      throw wrong("limit", value, "1 to " + MOST);
    }
    throw wrong("limit", value, "1 to " + MOST);
  }

  private static boolean flag(@Nullable String value) {
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw wrong("all", value, "true or false");
  }

  private static Refused wrong(String name, String value, String allowed) {
    return new Refused(
        Problem.INVALID_REQUEST, "%s is %s; allowed is %s.".formatted(name, value, allowed));
  }
}
