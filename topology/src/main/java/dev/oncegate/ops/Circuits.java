package dev.oncegate.ops;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
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

  private final Lookups lookups;
  private final Neighbours neighbours;

  Circuits(Lookups lookups, Neighbours neighbours) {
    this.lookups = lookups;
    this.neighbours = neighbours;
  }

  CompletableFuture<Answer> list(GateQueries queries, Asked asked) {
    asked.allowOnly(Set.of("all", "after", "limit"));
    int limit = limit(asked.parameter("limit"));
    String after = asked.parameter("after");
    Position from = after == null ? Position.BEGIN : Position.of(after);
    boolean all = flag(asked.parameter("all"));
    CircuitPage here = lookups.within(() -> local(queries, from, limit));
    HostAndPort self = queries.self();
    if (!all || asked.forwarded() || self == null) {
      return CompletableFuture.completedFuture(Answer.ok(json(queries, here)));
    }
    String target = "/v1/circuits?limit=%d&after=%s".formatted(limit, from.toText());
    CompletableFuture<List<CircuitPage>> pages =
        CompletableFuture.completedFuture(new ArrayList<>(List.of(here)));
    for (HostAndPort other : queries.others()) {
      CompletableFuture<CircuitPage> page =
          neighbours
              .ask(other, target, self)
              .thenApply(answer -> page(other, answer))
              .exceptionally(failure -> CircuitPage.failed(other.toString()));
      pages = pages.thenCombine(page, Circuits::plus);
    }
    return pages.thenApply(
        found -> {
          CircuitPage merged = CircuitPage.merged(found, limit);
          ObjectNode json = json(queries, merged);
          ArrayNode missing = json.putArray("partitions_missing");
          merged.missing(from, queries.partitions()).forEach(missing::add);
          ArrayNode failed = json.putArray("instances_failed");
          merged.failed().forEach(failed::add);
          json.put("complete", missing.isEmpty());
          return Answer.ok(json);
        });
  }

  private static CircuitPage local(GateQueries queries, Position from, int limit) {
    List<CircuitPage.Line> lines = new ArrayList<>();
    Set<Integer> partitions = new TreeSet<>();
    int lookedAt = 0;
    for (int partition = from.partition(); partition < queries.partitions(); partition++) {
      if (lines.size() == limit || lookedAt >= MOST_LOOKED_AT) {
        return new CircuitPage(lines, partitions, new Position(partition, null), List.of());
      }
      RunId after = partition == from.partition() ? from.after() : null;
      RunView.Part part;
      try {
        part =
            queries.scan(
                partition,
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
            new CircuitPage.Line(
                new Position(partition, found.id()),
                KnownJson.open(partition, found.id(), found.run())));
      }
      if (part.last() != null) {
        return new CircuitPage(lines, partitions, new Position(partition, part.last()), List.of());
      }
    }
    return new CircuitPage(lines, partitions, null, List.of());
  }

  private static ObjectNode json(GateQueries queries, CircuitPage page) {
    ObjectNode json = page.toJson();
    HostAndPort self = queries.self();
    if (self != null) {
      json.put("instance", self.toString());
    }
    return json;
  }

  private static CircuitPage page(HostAndPort instance, Answer answer) {
    if (answer.status() != 200) {
      return CircuitPage.failed(instance.toString());
    }
    try {
      return CircuitPage.of(MAPPER.readTree(answer.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<CircuitPage> plus(List<CircuitPage> pages, CircuitPage page) {
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
