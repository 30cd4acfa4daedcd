package dev.oncegate.testbed.bench;

/**
 * An executor that claims a command in a store outside Kafka before it executes it: every command
 * is answered, and each costs round trips to that store.
 */
interface Claimer extends Contender {
  @Override
  default boolean isGivenFew() {
    return true;
  }
}
