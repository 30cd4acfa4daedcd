package dev.oncegate.testbed.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The range that an option's value must lie in. */
final class Range {
  private Range() {}

  /**
   * Requires a value to lie in a range.
   *
   * @throws ParameterException that names the option, its value and the range
   */
  static void require(CommandSpec spec, String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is %d: allowed is %d to %d".formatted(option, value, least, most));
    }
  }
}
