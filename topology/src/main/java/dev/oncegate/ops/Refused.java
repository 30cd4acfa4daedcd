package dev.oncegate.ops;

/** The endpoint refuses a request; the message tells the caller what to do. */
final class Refused extends RuntimeException {
  private final Problem problem;

  Refused(Problem problem, String message) {
    super(message, null, false, false);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }
}
