package dev.oncegate.testbed.tools;

/** What may go wrong with a call of a tool. */
public enum Fault {
  /** Status 500, and nothing was done. */
  FAILS_BEFORE_WRITE,
  /** Status 500, though it was done. */
  FAILS_AFTER_WRITE,
  /** It was done, and no answer comes. */
  SILENT_AFTER_WRITE,
  /** It was done, and instead of an answer the connection is reset. */
  RESET_AFTER_WRITE,
  /** A storm begins: for a while all calls, of all tools, get 429 with Retry-After. */
  TOO_MANY
}
