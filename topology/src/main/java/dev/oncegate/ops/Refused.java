package dev.oncegate.ops;

import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoint refuses a request; the message tells the caller what to do. */
final class Refused extends RuntimeException {
  private static final Logger LOG = LoggerFactory.getLogger(Refused.class);

  private final Problem problem;

  Refused(Problem problem, String message) {
    super(message, null, false, false);
    this.problem = problem;
  }

  /** What a failure in a chain of futures stands for; another failure is ours. */
  static Refused of(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof Refused refused) {
      return refused;
    }
    LOG.error("A request failed.", cause);
    return new Refused(Problem.INTERNAL, "The log tells why.");
  }

  Problem problem() {
    return problem;
  }
}
