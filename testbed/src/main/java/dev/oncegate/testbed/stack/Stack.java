package dev.oncegate.testbed.stack;

import java.util.concurrent.CompletableFuture;

/**
 * A broker and a schema registry over one data directory, which is kept from one start to the next.
 */
public final class Stack implements AutoCloseable {
  /** The options that choose the ports, as errors name them. */
  public static final String BROKER_PORT_SETTING = "--broker-port";

  public static final String REGISTRY_PORT_SETTING = "--registry-port";

  private final Broker broker;
  private final Registry registry;

  private Stack(Broker broker, Registry registry) {
    this.broker = broker;
    this.registry = registry;
  }

  /**
   * Starts both and waits until both are ready.
   *
   * @see #start(DataDirectory, int, int, CompletableFuture)
   */
  public static Stack start(DataDirectory directory, int brokerPort, int registryPort) {
    return start(directory, brokerPort, registryPort, new CompletableFuture<>());
  }

  /**
   * Starts both and waits until both are ready or there is no need any more.
   *
   * @param directory stays open as long as the stack and is closed by the caller
   * @param brokerPort 0: any free one
   * @param registryPort 0: any free one
   * @param stop ends the start when it is complete
   * @throws StackException where one of them does not start; none is left running then
   * @throws StoppedException where it was told to stop; none is left running then
   */
  public static Stack start(
      DataDirectory directory, int brokerPort, int registryPort, CompletableFuture<?> stop) {
    Broker broker = Broker.start(directory.path().resolve("broker"), brokerPort);
    Registry registry = null;
    try {
      registry = Registry.start(directory.path().resolve("registry"), registryPort);
      broker.awaitReady(stop);
      registry.awaitReady(stop);
      return new Stack(broker, registry);
    } catch (RuntimeException | Error e) {
      if (registry != null) {
        registry.close();
      }
      broker.close();
      throw e;
    }
  }

  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** The base URL of the registry's Confluent API. */
  public String registryUrl() {
    return registry.url();
  }

  public Broker broker() {
    return broker;
  }

  public Registry registry() {
    return registry;
  }

  /**
   * Completes when one of the two has ended, whoever ended it, with what there is to say about it.
   */
  public CompletableFuture<StackException> ended() {
    return broker.ended().applyToEither(registry.ended(), end -> end);
  }

  /** Ends both, the registry first; data stays. */
  @Override
  public void close() {
    registry.close();
    broker.close();
  }
}
