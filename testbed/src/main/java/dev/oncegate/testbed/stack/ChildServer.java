package dev.oncegate.testbed.stack;

import java.util.concurrent.CompletableFuture;

/** A server in a child JVM, which ends with it. */
abstract class ChildServer implements AutoCloseable {
  final ChildJvm jvm;

  ChildServer(ChildJvm jvm) {
    this.jvm = jvm;
  }

  /** Completes when it has ended, whoever ended it, with what there is to say about it. */
  public final CompletableFuture<StackException> ended() {
    return jvm.ended();
  }

  /** Ends it at once, as an accident would. */
  public final void kill() {
    jvm.kill();
  }

  final long pid() {
    return jvm.pid();
  }

  @Override
  public final void close() {
    jvm.close();
  }
}
