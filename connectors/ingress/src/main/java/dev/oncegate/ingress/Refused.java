package dev.oncegate.ingress;

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

  ProblemType problem() {
    return problem;
  }

  @Nullable String field() {
    return field;
  }
}
