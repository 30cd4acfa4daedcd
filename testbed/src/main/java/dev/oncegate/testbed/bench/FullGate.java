package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import dev.oncegate.ops.telemetry.Telemetry;
import dev.oncegate.testbed.stack.StackException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** The gate with everything that the contract writes. */
final class FullGate implements Contender {
  static final String NAME = "gate";
  static final String UNWATCHED = "gate-unwatched";

  private final boolean isWatched;

  /**
   * @param isWatched whether it keeps metrics, as {@code serve} does
   */
  FullGate(boolean isWatched) {
    this.isWatched = isWatched;
  }

  @Override
  public String name() {
    return isWatched ? NAME : UNWATCHED;
  }

  @Override
  public String words() {
    return "The gate with all that its contract asks for: validates, hashes the payload, counts and judges the run, decides, publishes an effect, one result a command, counts and circuits, and stores outcomes for replay, exactly_once_v2"
        + (isWatched ? "." : "; without metrics.");
  }

  /**
   * Its topics are there; what executors answered in earlier rounds is none of this one's business.
   */
  @Override
  public void prepare(Course course, Admin admin) {
    course.beginAtEnd(admin, Topics.of(course.config()).outcomes());
  }

  @Override
  public boolean takesOutcomes() {
    return true;
  }

  @Override
  public Running start(Course course) {
    Telemetry telemetry = isWatched ? Telemetry.of(course.config()) : null;
    Gate gate = start(course.config(), telemetry);
    return new Running() {
      @Override
      public void check() {
        if (gate.ended().isDone()) {
          throw new StackException("the gate has ended on a failure; the log tells of it");
        }
      }

      @Override
      public void close() {
        gate.close();
        if (telemetry != null) {
          telemetry.close();
        }
      }
    };
  }

  private static Gate start(GateConfig config, @Nullable Telemetry telemetry) {
    try {
      return telemetry == null ? Gate.start(config) : telemetry.start(config);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public String answers(Course course) {
    return Topics.of(course.config()).results();
  }

  @Override
  public String effects(Course course) {
    return Topics.of(course.config()).effects();
  }
}
