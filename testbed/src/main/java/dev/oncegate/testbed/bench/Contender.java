package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;

/** Something that reads all commands of a workload and answers each with one record. */
interface Contender {
  /** As it is called in reports. */
  String name();

  /** The topic with its answers. */
  String answers(GateConfig config);

  /** Makes what it needs beside the topics of the gate. */
  default void prepare(GateConfig config, int partitions) {}

  /** Starts from the first command. */
  Running start(GateConfig config);

  /** Closing it stops it. */
  interface Running extends AutoCloseable {
    @Override
    void close();
  }
}
