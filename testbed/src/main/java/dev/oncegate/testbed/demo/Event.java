package dev.oncegate.testbed.demo;

/**
 * Something worth telling.
 *
 * @param atMs since the demo began, in milliseconds
 * @param who an agent, or a part of the demo
 */
public record Event(long atMs, Kind kind, String who, String text) {

  /** What kind of news it is: only for its colour. */
  public enum Kind {
    NEWS,
    GOOD,
    WARNING,
    STOP
  }
}
