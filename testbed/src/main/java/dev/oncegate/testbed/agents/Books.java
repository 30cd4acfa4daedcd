package dev.oncegate.testbed.agents;

/** Where an executor books what it was handed. Safe for use by several threads. */
@FunctionalInterface
public interface Books {
  /**
   * Books one delivery of an effect; the same record may be delivered again.
   *
   * @param partition where the effect lies
   * @param offset where the effect lies
   * @param executes whether the tool acts on the world
   */
  void deliver(Attempt attempt, int partition, long offset, boolean executes);
}
