package dev.oncegate.testbed.load;

import java.time.Duration;

/**
 * A time that is known when a delivery is sent: so and so far from then, or a fixed one.
 *
 * @param isFixed whether it does not depend on the time of sending
 * @param ms milliseconds since the epoch, or from the time of sending on
 */
record Moment(boolean isFixed, long ms) {
  static final Moment NOW = new Moment(false, 0);

  static Moment ago(Duration before) {
    return new Moment(false, -before.toMillis());
  }

  static Moment ahead(Duration after) {
    return new Moment(false, after.toMillis());
  }

  static Moment fixed(long epochMs) {
    return new Moment(true, epochMs);
  }

  /** In milliseconds since the epoch. */
  long at(long nowMs) {
    return isFixed ? ms : nowMs + ms;
  }
}
