package dev.oncegate.testbed.simulate;

import java.util.List;

/**
 * What happens, and under which circumstances: all of it, so that a script that is played again
 * gives the same again.
 *
 * @param seed that it was made from
 * @param duplicatesAtEnd whether each command is delivered once more after all
 */
record Script(long seed, Setup setup, List<Step> steps, boolean duplicatesAtEnd) {
  Script with(List<Step> others) {
    return new Script(seed, setup, others, duplicatesAtEnd);
  }

  Script with(Setup other) {
    return new Script(seed, other, steps, duplicatesAtEnd);
  }
}
