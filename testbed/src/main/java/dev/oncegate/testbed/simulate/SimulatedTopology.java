package dev.oncegate.testbed.simulate;

import dev.oncegate.gate.store.BeforeCommit;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.internals.WindowStoreBuilder;

/**
 * Takes the gate's own wiring, and gives it three things that a test driver has not:
 *
 * <ul>
 *   <li>The stores hold, once they are open, what the changelog held. It goes into the innermost
 *       store, below what logs and caches, before the processor is made, where a restore puts it;
 *       and by put, which is what the restore callbacks of these stores come to. They lie in
 *       memory, or in RocksDB as in production.
 *   <li>The processor sees partition, offsets and stream time of its task: the driver knows one
 *       partition only, and its offsets begin at 0 each time.
 *   <li>What is rerouted leaves under another name, for the driver would feed it back to this very
 *       task.
 * </ul>
 */
final class SimulatedTopology extends Topology {
  /** What is appended to the name of the reroute topic. */
  static final String CARRIED = "-carried";

  /** A key in the changelog of a window store ends with the window's start and a number. */
  private static final int KEY_SUFFIX = Long.BYTES + Integer.BYTES;

  private final Life life;
  private final Setup setup;
  private final String rerouteTopic;

  /**
   * @param life of the task that this topology is for
   */
  SimulatedTopology(Life life, Setup setup, String rerouteTopic) {
    this.life = life;
    this.setup = setup;
    this.rerouteTopic = rerouteTopic;
  }

  @Override
  public synchronized <K, V> Topology addSink(
      String name,
      String topic,
      Serializer<K> keySerializer,
      Serializer<V> valueSerializer,
      StreamPartitioner<? super K, ? super V> partitioner,
      String... parents) {
    String other = topic.equals(rerouteTopic) ? topic + CARRIED : topic;
    return super.addSink(name, other, keySerializer, valueSerializer, partitioner, parents);
  }

  @Override
  public synchronized <A, B, C, D> Topology addProcessor(
      String name, ProcessorSupplier<A, B, C, D> supplier, String... parents) {
    return super.addProcessor(name, () -> simulated(supplier.get()), parents);
  }

  private <A, B, C, D> Processor<A, B, C, D> simulated(Processor<A, B, C, D> inner) {
    return new Processor<>() {
      @Override
      public void init(ProcessorContext<C, D> context) {
        inner.init(simulated(context));
      }

      @Override
      public void process(Record<A, B> record) {
        inner.process(record);
      }
    };
  }

  private <C, D> ProcessorContext<C, D> simulated(ProcessorContext<C, D> context) {
    TaskId task = new TaskId(context.taskId().subtopology(), life.partition());
    life.observe(context::currentStreamTimeMs);
    return Seam.around(
        ProcessorContext.class,
        context,
        (method, arguments, call) ->
            switch (method) {
              case "taskId" -> task;
              case "recordMetadata" -> Optional.ofNullable(life.position());
              case "currentStreamTimeMs" -> life.streamTimeMs();
              default -> call.proceed();
            });
  }

  @Override
  public synchronized <S extends StateStore> Topology addStateStore(
      StoreBuilder<S> builder, String... processorNames) {
    if (builder.name().equals(BeforeCommit.NAME)) {
      return super.addStateStore(builder, processorNames);
    }
    return super.addStateStore(simulated(builder), processorNames);
  }

  private StoreBuilder<?> simulated(StoreBuilder<?> builder) {
    String name = builder.name();
    if (builder instanceof WindowStoreBuilder<?, ?> windows) {
      Duration retention = Duration.ofMillis(windows.retentionPeriod());
      Duration window = Duration.ofMillis(setup.dedupWindowMs());
      WindowBytesStoreSupplier supplier =
          setup.rocksDb()
              ? setup.actionStore().supplier(window, retention)
              : Stores.inMemoryWindowStore(name, retention, window, false);
      return Stores.windowStoreBuilder(
          Seam.around(
              WindowBytesStoreSupplier.class,
              supplier,
              (method, arguments, call) ->
                  method.equals("get") ? windowStore(name, supplier.get()) : call.proceed()),
          Serdes.ByteArray(),
          Serdes.ByteArray());
    }
    KeyValueBytesStoreSupplier supplier =
        setup.rocksDb() ? Stores.persistentKeyValueStore(name) : Stores.inMemoryKeyValueStore(name);
    return Stores.keyValueStoreBuilder(
        Seam.around(
            KeyValueBytesStoreSupplier.class,
            supplier,
            (method, arguments, call) ->
                method.equals("get") ? keyValueStore(name, supplier.get()) : call.proceed()),
        Serdes.ByteArray(),
        Serdes.ByteArray());
  }

  private WindowStore<Bytes, byte[]> windowStore(String name, WindowStore<Bytes, byte[]> store) {
    return restored(
        WindowStore.class,
        store,
        () -> {
          for (Changelog.Entry entry : life.changelog().of(name)) {
            byte[] key = entry.key().get();
            int length = key.length - KEY_SUFFIX;
            long start = ByteBuffer.wrap(key, length, Long.BYTES).getLong();
            store.put(Bytes.wrap(Arrays.copyOf(key, length)), entry.value(), start);
          }
        });
  }

  private KeyValueStore<Bytes, byte[]> keyValueStore(
      String name, KeyValueStore<Bytes, byte[]> store) {
    return restored(
        KeyValueStore.class,
        store,
        () -> life.changelog().of(name).forEach(entry -> store.put(entry.key(), entry.value())));
  }

  private <S> S restored(Class<? super S> type, S store, Runnable restore) {
    return Seam.around(
        type,
        store,
        (method, arguments, call) -> {
          if (method.equals("put") || method.equals("delete")) {
            life.writes();
          }
          Object result = call.proceed();
          if (method.equals("init")) {
            restore.run();
          }
          return result;
        });
  }
}
