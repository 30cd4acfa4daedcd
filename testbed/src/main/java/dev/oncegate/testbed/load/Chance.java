package dev.oncegate.testbed.load;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Chance that belongs to a thing, not to the moment it is asked: each run and each attempt has a
 * generator of its own, so that no interleaving changes what they do.
 */
final class Chance {
  private Chance() {}

  /** The chance of a numbered thing. */
  static RandomGenerator of(long seed, long number) {
    return new SplittableRandom(mixed(mixed(seed) ^ number));
  }

  /** The chance of a named thing. */
  static RandomGenerator of(long seed, String scope, String key, int number) {
    return new SplittableRandom(fingerprint(seed, scope, key, number));
  }

  /** 64 bits that stand for an attempt; parts are told apart by their lengths. */
  static long fingerprint(long seed, String scope, String key, int number) {
    return mixed(text(text(mixed(seed), scope), key) ^ number);
  }

  private static long text(long before, String text) {
    long hash = mixed(before ^ text.length());
    for (int i = 0; i < text.length(); i++) {
      hash = mixed(hash ^ text.charAt(i));
    }
    return hash;
  }

  /** The finaliser of MurmurHash3 in Stafford's variant 13, after a step that moves zero. */
  private static long mixed(long value) {
    long bits = value + 0x9e3779b97f4a7c15L;
    bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
    return bits ^ (bits >>> 31);
  }
}
