package dev.oncegate.testbed.simulate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Plays scripts, one for each of a row of seeds, and shortens the first that fails.
 *
 * <p>Everything that happens in a script comes from its seed, so that a failing one can be played
 * alone.
 */
public final class Simulation {
  private final Brokers brokers;
  private final Path directory;

  private Simulation(Brokers brokers, Path directory) {
    this.brokers = brokers;
    this.directory = directory;
  }

  /**
   * What was found.
   *
   * @param commands sent in all
   * @param lives how often a task was started in all, after crashes for the most part
   * @param failures the scripts that failed, in the order of their seeds
   */
  public record Summary(long schedules, long commands, long lives, List<Failure> failures) {}

  /**
   * A script that failed.
   *
   * @param seed plays it alone
   * @param setup the circumstances, in words
   * @param steps those needed to fail, in words
   * @param violations what was wrong, in words
   */
  public record Failure(long seed, String setup, List<String> steps, List<String> violations) {}

  /**
   * Simulates.
   *
   * @param seed of the first schedule; the others have the seeds that follow
   * @param schedules how many, 1 or more
   * @param threads how many at a time, 1 or more
   * @param progress told after each schedule how many were played
   */
  public static Summary run(long seed, long schedules, int threads, LongConsumer progress) {
    return run(Brokers.HONEST, seed, schedules, threads, progress);
  }

  static Summary run(
      Brokers brokers, long seed, long schedules, int threads, LongConsumer progress) {
    Path directory = temporary();
    try {
      return new Simulation(brokers, directory).all(seed, schedules, threads, progress);
    } finally {
      delete(directory);
    }
  }

  /** The script of a seed in words, one line for each step. */
  public static List<String> script(long seed) {
    return words(Author.write(seed));
  }

  private Summary all(long seed, long schedules, int threads, LongConsumer progress) {
    AtomicLong next = new AtomicLong();
    AtomicLong done = new AtomicLong();
    AtomicLong commands = new AtomicLong();
    AtomicLong lives = new AtomicLong();
    ConcurrentLinkedQueue<Script> failed = new ConcurrentLinkedQueue<>();
    Runnable player =
        () -> {
          for (long i = next.getAndIncrement(); i < schedules; i = next.getAndIncrement()) {
            Script script = Author.write(seed + i);
            Performance.Outcome outcome = play(script);
            commands.addAndGet(outcome.commands());
            lives.addAndGet(outcome.lives());
            if (!outcome.holds()) {
              failed.add(script);
            }
            progress.accept(done.incrementAndGet());
          }
        };
    inParallel(player, threads);
    List<Script> scripts = new ArrayList<>(failed);
    scripts.sort((a, b) -> Long.compare(a.seed(), b.seed()));
    List<Failure> failures = new ArrayList<>();
    for (Script script : scripts) {
      // One short script helps; shortening them all would only keep the reader waiting.
      failures.add(failures.isEmpty() ? shortened(script) : failure(script, play(script)));
    }
    return new Summary(schedules, commands.get(), lives.get(), failures);
  }

  private static void inParallel(Runnable player, int threads) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> players = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        players.add(executor.submit(player));
      }
      for (Future<?> each : players) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("the simulation itself failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      executor.shutdownNow();
    }
  }

  private Performance.Outcome play(Script script) {
    Path own = directory.resolve("seed-" + script.seed());
    try {
      return new Performance(brokers, own).play(script);
    } finally {
      delete(own);
    }
  }

  /** It must go on to fail in the same way, not in any. */
  private Failure shortened(Script script) {
    String kind = kindOf(play(script));
    Script shorter = new Shrinker(other -> kindOf(play(other)).equals(kind)).shrink(script);
    return failure(shorter, play(shorter));
  }

  private static String kindOf(Performance.Outcome outcome) {
    return outcome.holds() ? "" : outcome.violations().get(0).substring(0, 2);
  }

  private static Failure failure(Script script, Performance.Outcome outcome) {
    return new Failure(
        script.seed(), script.setup().toString(), words(script), outcome.violations());
  }

  private static List<String> words(Script script) {
    List<String> words = new ArrayList<>(script.steps().stream().map(Step::words).toList());
    if (script.duplicatesAtEnd()) {
      words.add("all commands are delivered once more");
    }
    return words;
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("oncegate-simulate");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
