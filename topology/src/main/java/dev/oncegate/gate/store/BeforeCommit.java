package dev.oncegate.gate.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * Tells when the task is about to commit, so that what changed many times since the last commit is
 * encoded and logged once.
 *
 * <p>A store that holds nothing: Kafka Streams tells stores with a cache to flush it before it
 * commits, and tells nobody else. {@link CachedStateStore} is internal to Kafka Streams; this is
 * the only class that knows it, and the tests of the stores fail where a release changes it.
 *
 * <p>What waits to be written may be forgotten where the task fails: its transaction is aborted,
 * and the processor is initialised anew.
 */
public final class BeforeCommit implements StateStore, CachedStateStore<Object, Object> {
  /** Name of the store. */
  public static final String NAME = "before-commit";

  private final List<Runnable> writers = new ArrayList<>();
  private boolean open;

  private BeforeCommit() {}

  /** Builds the store. */
  public static StoreBuilder<BeforeCommit> builder() {
    return new Builder();
  }

  /** Each of {@code those} is run before each commit of the task; it may write to its stores. */
  public void run(Runnable... those) {
    writers.clear();
    writers.addAll(List.of(those));
  }

  @Override
  public void flushCache() {
    writers.forEach(Runnable::run);
  }

  @Override
  public void clearCache() {
    writers.clear();
  }

  @Override
  public boolean setFlushListener(
      CacheFlushListener<Object, Object> listener, boolean sendOldValues) {
    return false;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    writers.clear();
    context.register(root, (key, value) -> {});
    open = true;
  }

  @Override
  public void close() {
    writers.clear();
    open = false;
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  private static final class Builder implements StoreBuilder<BeforeCommit> {
    @Override
    public StoreBuilder<BeforeCommit> withCachingEnabled() {
      return this;
    }

    @Override
    public StoreBuilder<BeforeCommit> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<BeforeCommit> withLoggingEnabled(Map<String, String> config) {
      throw new UnsupportedOperationException("it holds nothing that could be logged");
    }

    @Override
    public StoreBuilder<BeforeCommit> withLoggingDisabled() {
      return this;
    }

    @Override
    public BeforeCommit build() {
      return new BeforeCommit();
    }

    @Override
    public Map<String, String> logConfig() {
      return Map.of();
    }

    @Override
    public boolean loggingEnabled() {
      return false;
    }

    @Override
    public String name() {
      return NAME;
    }
  }
}
