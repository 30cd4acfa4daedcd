package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The newest recording is what this version writes. */
class RecordedStateFormatTest {

  @Test
  void theNewestRecordingIsWhatIsWritten() {
    List<String> versions = RecordedState.versions();
    String newest = versions.get(versions.size() - 1);
    try (GateDriver gate = GateDriver.open()) {
      RecordedStory.tell(gate);

      assertThat(gate.now()).isEqualTo(RecordedStory.END);
      assertThat(RecordedState.of(gate).entries())
          .as(
              "state as version %s wrote it; where this version means to write it otherwise, its recording is missing (topology/README.md)",
              newest)
          .isEqualTo(RecordedState.ofVersion(newest).entries());
    }
  }
}
