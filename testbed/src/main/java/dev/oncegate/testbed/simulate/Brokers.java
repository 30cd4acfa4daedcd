package dev.oncegate.testbed.simulate;

/**
 * What becomes of transactions. Kafka's promise is all or nothing; whether the simulation would
 * notice if it were broken is tested with others.
 */
interface Brokers {
  /** As Kafka promises. */
  Brokers HONEST = new Brokers() {};

  /** What is there after a commit. */
  default Transaction committed(Transaction transaction) {
    return transaction;
  }

  /** What is there after a crash. */
  default Transaction aborted(Transaction transaction) {
    return Transaction.empty();
  }
}
