package dev.oncegate.gate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that goes only where a test moves it, backwards too. */
final class TestClock implements InstantSource {
  private Instant now;

  TestClock(Instant now) {
    this.now = now;
  }

  void move(Duration by) {
    now = now.plus(by);
  }

  @Override
  public Instant instant() {
    return now;
  }
}
