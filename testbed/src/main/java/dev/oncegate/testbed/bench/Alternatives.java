package dev.oncegate.testbed.bench;

import dev.oncegate.testbed.stack.Postgres;
import dev.oncegate.testbed.stack.RedisServer;
import dev.oncegate.testbed.stack.StackException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a user would take instead of a gate, as far as its servers are there. */
final class Alternatives implements AutoCloseable {
  private final List<Contender> contenders = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final List<AutoCloseable> servers = new ArrayList<>();

  /**
   * Starts the servers that it finds.
   *
   * @param redisServer the program; null: the one on the PATH
   * @param isWanted tells by its name whether a contender takes part
   */
  Alternatives(Path directory, @Nullable Path redisServer, Predicate<String> isWanted) {
    for (String appendFsync : List.of("everysec", "always")) {
      if (isWanted.test(Redis.nameOf(appendFsync))) {
        add("Redis", () -> redis(directory, redisServer, appendFsync));
      }
    }
    if (isWanted.test(Relational.SINGLE) || isWanted.test(Relational.BATCHED)) {
      add("PostgreSQL", () -> postgres(directory));
    }
    if (isWanted.test(Flink.NAME)) {
      add("Flink", () -> contenders.add(new Flink(directory.resolve("flink"))));
    }
  }

  private void add(String product, Runnable start) {
    try {
      start.run();
    } catch (StackException e) {
      String line = product + ": " + e.getMessage();
      if (!missing.contains(line)) {
        missing.add(line);
      }
    }
  }

  private void redis(Path directory, @Nullable Path redisServer, String appendFsync) {
    Redis redis = new Redis(RedisServer.program(redisServer), directory, appendFsync);
    servers.add(redis);
    contenders.add(redis);
  }

  private void postgres(Path directory) {
    Postgres postgres = Postgres.start(directory.resolve("postgres"), 0);
    servers.add(postgres);
    postgres.awaitReady(new CompletableFuture<>());
    contenders.add(Relational.single(postgres.database()));
    contenders.add(Relational.batched(postgres.database()));
  }

  List<Contender> contenders() {
    return contenders;
  }

  /** Which are not there, and what to do about it. */
  List<String> missing() {
    return missing;
  }

  @Override
  public void close() {
    for (AutoCloseable server : servers) {
      try {
        server.close();
      } catch (Exception e) {
        throw new StackException("a server does not stop: " + e.getMessage(), e);
      }
    }
  }
}
