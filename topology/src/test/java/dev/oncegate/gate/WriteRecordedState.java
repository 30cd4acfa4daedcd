package dev.oncegate.gate;

import java.io.IOException;

/** Records the state of a release; see topology/README.md. Its one argument is the version. */
final class WriteRecordedState {
  private WriteRecordedState() {}

  /** Refuses a version that is there: what was released does not change. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1 || !args[0].matches("\\d+\\.\\d+\\.\\d+")) {
      throw new IllegalArgumentException("one argument is expected, the version, such as 0.2.0");
    }
    try (GateDriver gate = GateDriver.open()) {
      RecordedStory.tell(gate);
      RecordedState.of(gate).write(args[0]);
    }
  }
}
