package dev.oncegate.connect;

import dev.oncegate.connect.claim.ClaimCheck;
import dev.oncegate.connect.config.ExecutorConfig;
import dev.oncegate.connect.config.Setup;
import dev.oncegate.connect.config.ToolSetup;
import dev.oncegate.connect.http.Caller;
import dev.oncegate.connect.http.Http;
import dev.oncegate.connect.route.Routing;
import dev.oncegate.connect.route.Tool;
import dev.oncegate.connect.run.Engine;
import dev.oncegate.connect.run.Publisher;
import dev.oncegate.connect.wire.Cluster;
import dev.oncegate.connect.wire.Outlet;
import dev.oncegate.connect.wire.Wire;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that a task is made of, from its start to its stop. */
final class Works implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Works.class);

  /** Within the time that Connect gives a task to stop (5 s by default). */
  private static final Duration LAST_CALLS = Duration.ofSeconds(1);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final ExecutorConfig config;
  private final Routing routing;
  private final Wire wire;
  private final Cluster cluster;
  private final Engine engine;

  /**
   * @param number of the task, from 0
   */
  Works(Map<String, String> settings, String number, Links links, InstantSource clock) {
    Setup setup = Setup.of(settings);
    setup.mustBeRight();
    config = new ExecutorConfig(settings);
    String id = executorId(settings, number);
    boolean ready = false;
    try {
      wire = Wire.of(settings);
      cluster = opened(links.cluster(config.kafka(), id + "-admin"));
      String outcomes = config.getString(ExecutorConfig.OUTCOMES_TOPIC);
      String executions = config.getString(ExecutorConfig.EXECUTIONS_TOPIC);
      cluster.mustHave(List.of(outcomes, executions));
      wire.prepare(outcomes, executions);
      Outlet outlet = opened(links.outlet(config.kafka(), id));
      ScheduledThreadPoolExecutor thread = thread(id);
      Http http = http(id, thread, clock);
      routing = routing(setup.tools());
      engine =
          new Engine(
              new Engine.Parts(
                  routing,
                  callers(setup.tools(), http),
                  new Publisher(wire, outlet, outcomes, executions, id),
                  thread,
                  clock,
                  () -> ThreadLocalRandom.current().nextDouble(),
                  config.duration(ExecutorConfig.DEADLINE_MARGIN_MS)));
      parts.push(this::awaitLastCalls);
      ready = true;
    } finally {
      if (!ready) {
        close();
      }
    }
  }

  private String executorId(Map<String, String> settings, String number) {
    String given = config.getString(ExecutorConfig.EXECUTOR_ID);
    String name = given == null ? settings.getOrDefault("name", "tool-executor") : given;
    return name + "-" + number;
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  private ScheduledThreadPoolExecutor thread(String id) {
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(1, daemons(id + "-engine"));
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    parts.push(
        () -> {
          thread.shutdown();
          thread.awaitTermination(LAST_CALLS.toMillis(), TimeUnit.MILLISECONDS);
        });
    return thread;
  }

  private Http http(String id, ScheduledThreadPoolExecutor timers, InstantSource clock) {
    ExecutorService threads = Executors.newCachedThreadPool(daemons(id + "-http"));
    parts.push(threads::shutdown);
    return new Http(
        threads,
        timers,
        clock,
        claimCheck(),
        config.duration(ExecutorConfig.CONNECT_TIMEOUT_MS),
        "oncegate/" + Version.get());
  }

  private @Nullable ClaimCheck claimCheck() {
    Class<?> type = config.getClass(ExecutorConfig.CLAIM_CHECK_CLASS);
    if (type == null) {
      return null;
    }
    ClaimCheck claimCheck = opened((ClaimCheck) Utils.newInstance(type));
    claimCheck.configure(config.claimCheck());
    return claimCheck;
  }

  private static ThreadFactory daemons(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private static Routing routing(List<ToolSetup> setups) {
    Map<String, Tool> tools = new HashMap<>();
    setups.forEach(setup -> tools.put(setup.tool().name(), setup.tool()));
    return new Routing(tools);
  }

  private static Map<String, Caller> callers(List<ToolSetup> setups, Http http) {
    Map<String, Caller> callers = new HashMap<>();
    setups.forEach(
        setup ->
            callers.put(
                setup.tool().name(),
                http.caller(setup.login(), setup.tls(), setup.version(), setup.answers())));
    return callers;
  }

  ExecutorConfig config() {
    return config;
  }

  Routing routing() {
    return routing;
  }

  Wire wire() {
    return wire;
  }

  Cluster cluster() {
    return cluster;
  }

  Engine engine() {
    return engine;
  }

  /** What is answered in this time is published, and so not left to the next executor's guess. */
  private void awaitLastCalls() throws InterruptedException {
    Instant until = Instant.now().plus(LAST_CALLS);
    while (engine.calling() > 0 && Instant.now().isBefore(until)) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("A part could not be closed", e);
      }
    }
  }
}
