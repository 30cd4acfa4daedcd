package dev.oncegate.gate;

import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.BeforeCommit;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.TimerStore;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The wiring: three topics and the reroute topic in, one processor with three stores, all else out.
 *
 * <p>One sub-topology: the sink of the reroute topic and its source hang on the same processor, so
 * a partition's commands, outcomes, controls and what was carried there make one task with one
 * transaction. Bytes go in and out; the processor decodes them itself, so that what cannot be
 * decoded is a dead letter and no crash.
 */
final class GateTopology {
  private static final String GATE = "gate";

  private GateTopology() {}

  /**
   * @param topology empty, made with the settings it will run under: some of them, such as {@code
   *     ensure.explicit.internal.resource.naming}, take effect nowhere else
   */
  static Topology of(GateParts parts, Topology topology) {
    Topics topics = parts.topics();
    EventTime eventTime = new EventTime(parts);
    ProcessorSupplier<byte[], byte[], byte[], byte[]> gate = () -> new GateProcessor(parts);
    for (String source : topics.sources()) {
      topology.addSource(
          AutoOffsetReset.earliest(),
          "from " + source,
          eventTime,
          new ByteArrayDeserializer(),
          new ByteArrayDeserializer(),
          source);
    }
    topology.addProcessor(
        GATE,
        gate,
        topics.sources().stream().map(source -> "from " + source).toArray(String[]::new));
    topology.addStateStore(
        ActionStore.builder(parts.times().dedupWindowMs(), parts.actionStore()), GATE);
    topology.addStateStore(RunStore.builder(), GATE);
    topology.addStateStore(TimerStore.builder(), GATE);
    topology.addStateStore(BeforeCommit.builder(), GATE);
    for (String sink : topics.sinks()) {
      topology.addSink(
          sink,
          sink,
          new ByteArraySerializer(),
          new ByteArraySerializer(),
          partitioner(sink, topics),
          GATE);
    }
    return topology;
  }

  /** Dead letters alone may lack a key, and need no order. */
  private static @Nullable StreamPartitioner<byte[], byte[]> partitioner(
      String sink, Topics topics) {
    return sink.equals(topics.deadLetters()) ? null : new ByKey();
  }
}
