package dev.oncegate.testbed.tools;

import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * How the tools behave. The same seed gives the same call of the same key the same fault, whatever
 * the order in which calls arrive.
 *
 * @param seed of the chance
 * @param honoursKeys whether a second call with an Idempotency-Key gets the first one's answer and
 *     does nothing; else every call is executed
 * @param latencyMs how long a call takes
 * @param silenceMs after how long the connection of an unanswered call is closed
 * @param stormMs how long a storm of 429 lasts
 * @param faultsPerKey how many faults a key meets at most, so that somebody who goes on trying gets
 *     through; storms not counted
 * @param shares the share of calls, 0 to 1, that meet each fault; 1 at most together
 */
public record Behaviour(
    long seed,
    boolean honoursKeys,
    long latencyMs,
    long silenceMs,
    long stormMs,
    int faultsPerKey,
    Map<Fault, Double> shares) {

  /** Honours keys, answers at once, and nothing goes wrong. */
  public static final Behaviour GOOD = new Behaviour(1, true, 0, 60_000, 1000, 2, Map.of());

  public Behaviour {
    shares = Map.copyOf(shares);
    double sum = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    if (sum > 1 || shares.values().stream().anyMatch(share -> share < 0)) {
      throw new IllegalArgumentException(
          "the shares of the faults are %s: each must be 0 at least, and all together 1 at most"
              .formatted(shares));
    }
  }

  /** The same, but for one fault that a share of the calls meets. */
  public Behaviour with(Fault fault, double share) {
    return new Behaviour(
        seed, honoursKeys, latencyMs, silenceMs, stormMs, faultsPerKey, Map.of(fault, share));
  }

  /** The same, but for keys. */
  public Behaviour withoutKeys() {
    return new Behaviour(seed, false, latencyMs, silenceMs, stormMs, faultsPerKey, shares);
  }

  /**
   * The fault that a call meets.
   *
   * @param key of the action
   * @param call number of the call with this key, from 1
   * @param met faults that the key has met before
   */
  @Nullable Fault faultOf(String key, int call, int met) {
    if (met >= faultsPerKey) {
      return null;
    }
    double drawn = new SplittableRandom(seed * 31 + key.hashCode() + 7919L * call).nextDouble();
    for (Fault fault : Fault.values()) {
      drawn -= shares.getOrDefault(fault, 0.0);
      if (drawn < 0) {
        return fault;
      }
    }
    return null;
  }
}
