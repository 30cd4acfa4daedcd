package dev.oncegate.testbed.bench;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where an executor that has no gate remembers what it has done. */
interface Memory extends AutoCloseable {
  /**
   * A command as its executor sees it.
   *
   * @param action what must happen once
   * @param hash of the arguments
   * @param result what the execution returns; it takes no time
   */
  record Call(String action, String hash, String result) {}

  /** What became of a command. */
  enum Verdict {
    /** Claimed, executed, the result stored. */
    EXECUTED,
    /** It was known: the stored result was read. */
    REPLAYED,
    /** It was known, and has no result yet. */
    IN_PROGRESS,
    /** It was known with other arguments. */
    CONFLICT
  }

  /** How many calls it is handed at once at most. */
  int batch();

  /** How many such batches are under way at once at most. */
  int parallel();

  /** Claims, executes and stores the results; returns a verdict for each call, in order. */
  CompletionStage<List<Verdict>> once(List<Call> calls);

  @Override
  void close();
}
