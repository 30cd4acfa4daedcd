package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;

/** Something that reads all commands of a workload and answers each with one record. */
interface Contender {
  /** As it is called in reports. */
  String name();

  /** Starts from the first command; closing it stops it. */
  AutoCloseable start(GateConfig config) throws Exception;

  /** The topic with its answers. */
  String answers(GateConfig config);
}
