package dev.oncegate.testbed.bench;

import dev.oncegate.testbed.stack.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An executor that claims in Redis with SET NX, expiring, and stores the result with a second round
 * trip, 32 commands under way at a time over one pipelined connection of Lettuce.
 */
final class Redis implements Claimer, AutoCloseable {
  private final RedisServer server;
  private final String appendFsync;

  /**
   * @param appendFsync everysec or always
   */
  Redis(Path program, Path directory, String appendFsync) {
    this.server =
        RedisServer.start(program, directory.resolve("redis-" + appendFsync), appendFsync);
    this.appendFsync = appendFsync;
  }

  @Override
  public String name() {
    return nameOf(appendFsync);
  }

  static String nameOf(String appendFsync) {
    return "redis-" + appendFsync;
  }

  @Override
  public String words() {
    return "An executor that consumes the same commands and claims each in Redis by SET NX GET with an expiry of a day, then executes (nothing), stores the result by a second round trip, and answers a duplicate with the stored result; %d under way at a time, pipelined by Lettuce; appendfsync %s. Effects and answers to Kafka with acks=all. A crash between claim and effect loses the action."
        .formatted(RedisMemory.PARALLEL, appendFsync);
  }

  @Override
  public Running start(Course course) {
    return new ExecutorLoop(
            course, new RedisMemory(server.port()), effects(course), answers(course))
        .begin();
  }

  @Override
  public void close() {
    server.close();
  }

  private static final class RedisMemory implements Memory {
    static final int PARALLEL = 32;
    private static final long EXPIRY_MS = 86_400_000;
    private static final int HASH = 64;

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final RedisAsyncCommands<String, String> redis;

    RedisMemory(int port) {
      client = RedisClient.create(RedisURI.create("127.0.0.1", port));
      connection = client.connect();
      redis = connection.async();
      connection.sync().flushall();
    }

    @Override
    public int batch() {
      return 1;
    }

    @Override
    public int parallel() {
      return PARALLEL;
    }

    @Override
    public CompletionStage<List<Verdict>> once(List<Call> calls) {
      Call call = calls.get(0);
      return redis
          .setGet(call.action(), call.hash(), SetArgs.Builder.nx().px(EXPIRY_MS))
          .thenCompose(known -> known == null ? store(call) : judged(call, known));
    }

    private CompletionStage<List<Verdict>> store(Call call) {
      return redis
          .set(call.action(), call.hash() + call.result(), SetArgs.Builder.xx().px(EXPIRY_MS))
          .thenApply(stored -> List.of(Verdict.EXECUTED));
    }

    private static CompletionStage<List<Verdict>> judged(Call call, String known) {
      Verdict verdict = known.length() > HASH ? Verdict.REPLAYED : Verdict.IN_PROGRESS;
      return CompletableFuture.completedFuture(
          List.of(known.startsWith(call.hash()) ? verdict : Verdict.CONFLICT));
    }

    @Override
    public void close() {
      connection.close();
      client.shutdown();
    }
  }
}
