package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import org.apache.kafka.common.errors.InterruptException;

/** The gate with everything that the contract writes. */
final class FullGate implements Contender {
  @Override
  public String name() {
    return "gate";
  }

  @Override
  public Running start(GateConfig config) {
    try {
      return Gate.start(config)::close;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public String answers(GateConfig config) {
    return Topics.of(config).results();
  }
}
