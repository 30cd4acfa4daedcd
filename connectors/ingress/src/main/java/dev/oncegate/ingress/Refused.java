package dev.oncegate.ingress;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The ingress itself refuses a request; the message tells the caller what to do. */
final class Refused extends RuntimeException {
  private final ProblemType problem;
  private final @Nullable String field;

  Refused(ProblemType problem, String message) {
    this(problem, message, null);
  }

  /**
   * @param field of the request that is wrong, if it is one
   */
  Refused(ProblemType problem, String message, @Nullable String field) {
    super(message, null, false, false);
    this.problem = problem;
    this.field = field;
  }

  /** What went wrong, without the wrapping of a future that failed after another. */
  static Throwable causeOf(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  ProblemType problem() {
    return problem;
  }

  @Nullable String field() {
    return field;
  }
}
