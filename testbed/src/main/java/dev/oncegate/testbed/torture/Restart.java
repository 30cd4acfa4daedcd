package dev.oncegate.testbed.torture;

/**
 * An instance that had ended by itself was started again.
 *
 * @param cause its exit code and the error that it told last
 */
record Restart(long atMs, String name, String cause) {
  Restart since(long beginMs) {
    return new Restart(atMs - beginMs, name, cause);
  }
}
