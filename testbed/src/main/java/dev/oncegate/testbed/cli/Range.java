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
  static void require(CommandSpec spec, String option, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is %s: allowed is %s to %s"
              .formatted(option, plain(value), plain(least), plain(most)));
    }
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }
}
