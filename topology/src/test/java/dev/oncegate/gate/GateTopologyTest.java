package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.TopologyDescription;
import org.junit.jupiter.api.Test;

/** The wiring as a picture. */
class GateTopologyTest {
  @Test
  void allThatIsReadAndWrittenBelongsToOneSubTopologySoThatItCommitsTogether() {
    TopologyDescription wiring = GateDriver.topology().describe();

    assertThat(wiring.subtopologies()).hasSize(1);
    assertThat(wiring.globalStores()).isEmpty();
    List<String> read = new ArrayList<>();
    List<String> written = new ArrayList<>();
    List<String> stores = new ArrayList<>();
    for (TopologyDescription.Node node : wiring.subtopologies().iterator().next().nodes()) {
      if (node instanceof TopologyDescription.Source source) {
        read.addAll(source.topicSet());
      } else if (node instanceof TopologyDescription.Sink sink) {
        written.add(sink.topic());
      } else if (node instanceof TopologyDescription.Processor processor) {
        stores.addAll(processor.stores());
      }
    }
    assertThat(read).containsExactlyInAnyOrderElementsOf(TOPICS.sources());
    assertThat(written).containsExactlyInAnyOrderElementsOf(TOPICS.sinks());
    assertThat(stores).containsExactlyInAnyOrder("actions", "runs", "timers", "before-commit");
  }
}
