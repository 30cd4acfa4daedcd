package dev.oncegate.testbed.torture;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.check.Check;
import dev.oncegate.testbed.check.Report;
import dev.oncegate.testbed.load.Load;
import dev.oncegate.testbed.load.LoadSettings;
import dev.oncegate.testbed.load.Second;
import dev.oncegate.testbed.stack.StackException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Throws faults at a gate under load, one after the other, and judges afterwards. Before the next
 * fault comes, all partitions must go on again.
 */
public final class Torture {
  /** How long all partitions may take to go on after a fault has been put right. */
  private static final Duration RECOVERY = Duration.ofSeconds(90);

  private static final Duration SETTLING = Duration.ofSeconds(90);
  private static final Duration CATCHING_UP = Duration.ofSeconds(60);
  private static final Duration CALM = Duration.ofSeconds(1);
  private static final Duration STATUS_INTERVAL = Duration.ofSeconds(5);

  private final TortureSettings settings;
  private final Consumer<String> terminal;
  private final List<Fault> faults = new ArrayList<>();

  /**
   * A torture that has not begun.
   *
   * @param terminal takes what is to be read meanwhile, line by line, from several threads
   */
  public Torture(TortureSettings settings, Consumer<String> terminal) {
    this.settings = settings;
    this.terminal = terminal;
  }

  /**
   * Why a fault cannot be thrown on this machine; empty where it can.
   *
   * @param directory is there
   */
  public static Optional<String> obstacle(FaultKind kind, Path directory) {
    return kind == FaultKind.DISK_FULL ? SmallDisk.missing(directory) : Optional.empty();
  }

  /**
   * Runs it to its end.
   *
   * @param directory for the data and the logs of all; the caller deletes it
   * @throws InterruptedException where it is stopped before; all that was started has ended then
   */
  public TortureReport run(Path directory) throws InterruptedException {
    long beganNs = System.nanoTime();
    terminal.accept(
        "starting 3 brokers, a registry and %d instances; seed %d"
            .formatted(settings.instances(), settings.seed()));
    Supervisor supervisor = new Supervisor(() -> elapsedMs(beganNs));
    try (Rig rig = Rig.start(directory, settings, supervisor);
        Load load =
            new Load(
                LoadSettings.of(settings.seed(), settings.commandsPerSecond()), rig.config())) {
      load.start();
      long loadBeganMs = elapsedMs(beganNs) - load.elapsedMs();
      Status status = new Status(load, supervisor);
      try (Probes probes = new Probes(rig.config())) {
        probes.awaitDecisionsSince(System.nanoTime(), RECOVERY);
        throwFaults(rig, probes, load);
      } finally {
        status.end();
      }
      terminal.accept(stamp(load) + "no more faults; the gate catches up");
      load.stopSending();
      load.awaitSettled(SETTLING);
      Report report = check(rig.config());
      return new TortureReport(
          settings,
          Duration.ofNanos(System.nanoTime() - beganNs),
          List.copyOf(faults),
          supervisor.restarts().stream().map(restart -> restart.since(loadBeganMs)).toList(),
          Traffic.of(load),
          load.executedTwice().stream().map(Object::toString).toList(),
          report);
    }
  }

  private static long elapsedMs(long sinceNs) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs);
  }

  private void throwFaults(Rig rig, Probes probes, Load load) throws InterruptedException {
    Arsenal arsenal = new Arsenal(rig, probes);
    Schedule schedule = new Schedule(settings.kinds(), settings.seed());
    long untilNs = System.nanoTime() + settings.time().toNanos();
    while (!schedule.isComplete() || System.nanoTime() - untilNs < 0) {
      throwOne(arsenal, schedule.next(), schedule.chance(), probes, load);
      Thread.sleep(CALM.toMillis());
    }
  }

  private void throwOne(Arsenal arsenal, FaultKind kind, Random chance, Probes probes, Load load)
      throws InterruptedException {
    probes.longestWait();
    Blow blow =
        new Blow(kind, probes, load::elapsedMs, words -> terminal.accept(stamp(load) + words));
    try {
      arsenal.strike(kind, blow, chance);
    } catch (StackException e) {
      blow.complain(String.valueOf(e.getMessage()));
      blow.isPutRight();
    }
    Fault fault = blow.awaitRecovery(RECOVERY);
    faults.add(fault);
    terminal.accept(
        stamp(load)
            + "%s: put right after %.1f s, all partitions go on %.1f s later; longest wait %.1f s"
                .formatted(
                    fault.mark().target(),
                    (fault.mark().toMs() - fault.mark().fromMs()) / 1000.0,
                    fault.recoveryMs() / 1000.0,
                    fault.longestWaitMs() / 1000.0));
  }

  private Report check(GateConfig config) {
    terminal.accept("judging what lies on the topics");
    return Check.run(
        config.kafkaSettings(),
        Topics.of(config),
        config.getLong(GateKeys.DEDUP_WINDOW_MS),
        CATCHING_UP);
  }

  private static String stamp(Load load) {
    return String.format(Locale.ROOT, "%7.1f s  ", load.elapsedMs() / 1000.0);
  }

  /** A line every few seconds. */
  private final class Status {
    private final Thread thread;

    Status(Load load, Supervisor supervisor) {
      thread = new Thread(() -> tell(load, supervisor), "status");
      thread.setDaemon(true);
      thread.start();
    }

    private void tell(Load load, Supervisor supervisor) {
      try {
        while (true) {
          Thread.sleep(STATUS_INTERVAL.toMillis());
          List<Second> seconds = load.seconds();
          long p99Ms =
              seconds.stream()
                  .skip(Math.max(0, seconds.size() - STATUS_INTERVAL.toSeconds()))
                  .mapToLong(Second::p99Ms)
                  .max()
                  .orElse(0);
          terminal.accept(
              stamp(load)
                  + "  sent %,d  decided %,d  p99 %,d ms  restarts %d"
                      .formatted(
                          load.commands(), load.decided(), p99Ms, supervisor.restarts().size()));
        }
      } catch (InterruptedException e) {
        // Ended.
      }
    }

    void end() {
      thread.interrupt();
    }
  }
}
