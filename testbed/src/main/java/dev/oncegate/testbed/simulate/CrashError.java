package dev.oncegate.testbed.simulate;

/** The process dies here, by order of the script. An error: no handler of exceptions sees it. */
final class CrashError extends Error {
  CrashError() {
    super("the process dies here");
  }
}
