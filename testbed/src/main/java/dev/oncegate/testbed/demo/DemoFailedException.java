package dev.oncegate.testbed.demo;

/** The demo cannot go on: something it stands on does not work. */
public final class DemoFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DemoFailedException(String message, Throwable cause) {
    super("%s: %s".formatted(message, cause), cause);
  }
}
