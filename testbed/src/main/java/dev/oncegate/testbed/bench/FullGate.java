package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;

/** The gate with everything that the contract writes. */
final class FullGate implements Contender {
  @Override
  public String name() {
    return "gate";
  }

  @Override
  public AutoCloseable start(GateConfig config) throws Exception {
    return Gate.start(config);
  }

  @Override
  public String answers(GateConfig config) {
    return Topics.of(config).results();
  }
}
