package dev.oncegate.testbed.connect;

import dev.oncegate.schema.ActionCommand;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Measures how many effects a second are executed end to end: from the first call of a tool that
 * takes 5 ms until the gate has settled the last action. The effects lie on the topic before the
 * executor starts. Everything runs on this machine, and the worker with the flags of the testbed
 * (serial collector, first compiler only).
 *
 * <p>In {@code testbed}, after {@code mvn verify}: {@code java -cp
 * target/test-classes:target/classes:CLASSPATH dev.oncegate.testbed.connect.ExecutorPace [effects]}
 */
final class ExecutorPace {
  private static final int PARTITIONS = 8;
  private static final int LATENCY_MS = 5;
  private static final int WARM_UP = 2_000;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final ConnectCluster cluster;
  private final Map<String, String> config;
  private final AtomicLong firstCallNanos;
  private int sent;

  private ExecutorPace(
      ConnectCluster cluster, Map<String, String> config, AtomicLong firstCallNanos) {
    this.cluster = cluster;
    this.config = config;
    this.firstCallNanos = firstCallNanos;
  }

  public static void main(String[] args) throws Exception {
    int effects = args.length == 0 ? 5_000 : Integer.parseInt(args[0]);
    AtomicLong firstCallNanos = new AtomicLong();
    Server tool = tool(firstCallNanos);
    try (ConnectCluster cluster = new ConnectCluster(Map.of(), PARTITIONS)) {
      int port = ((ServerConnector) tool.getConnectors()[0]).getLocalPort();
      Map<String, String> config =
          new HashMap<>(
              Connectors.executor(cluster.bootstrapServers(), "http://127.0.0.1:" + port));
      ExecutorPace pace = new ExecutorPace(cluster, config, firstCallNanos);
      config.put("tasks.max", "1");
      cluster.rest().put(Connectors.EXECUTOR, config);
      cluster.awaitRunning(Connectors.EXECUTOR);
      pace.measure(1, WARM_UP);
      for (int tasks : new int[] {1, 8, 1, 8}) {
        double seconds = pace.measure(tasks, effects);
        System.out.printf(
            "%d tasks: %,d effects in %.2f s, %,.0f/s%n",
            tasks, effects, seconds, effects / seconds);
      }
    } finally {
      tool.stop();
    }
  }

  private static Server tool(AtomicLong firstCallNanos) throws Exception {
    Server server = new Server(new QueuedThreadPool(32));
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            firstCallNanos.compareAndSet(0, System.nanoTime());
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            CompletableFuture.delayedExecutor(LATENCY_MS, TimeUnit.MILLISECONDS)
                .execute(() -> Content.Sink.write(response, true, "{\"done\":true}", callback));
            return true;
          }
        });
    server.start();
    return server;
  }

  private double measure(int tasks, int effects) throws Exception {
    cluster.rest().stop(Connectors.EXECUTOR);
    await(() -> cluster.rest().status(Connectors.EXECUTOR).tasks().isEmpty());
    config.put("tasks.max", Integer.toString(tasks));
    cluster.rest().put(Connectors.EXECUTOR, config);
    for (int i = 0; i < effects; i++) {
      String run = "run-" + sent++;
      cluster.sendSoon(
          "agent.commands",
          run,
          ActionCommand.newBuilder()
              .setRunId(run)
              .setTool("payments")
              .setArgs("{\"to\":\"bob\",\"amount\":10}")
              .setIdempotencyKey("k")
              .build());
    }
    cluster.flush();
    await(() -> cluster.read("agent.effects").size() == sent);
    firstCallNanos.set(0);
    cluster.rest().resume(Connectors.EXECUTOR);
    // Each action has two results: decided and settled.
    await(() -> cluster.read("agent.results").size() == 2 * sent);
    return (System.nanoTime() - firstCallNanos.get()) / 1e9;
  }

  private static void await(Callable<Boolean> done) {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(done);
  }
}
