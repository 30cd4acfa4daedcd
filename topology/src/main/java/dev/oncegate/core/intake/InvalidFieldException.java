package dev.oncegate.core.intake;

/** A field of a command that is wrong; its message names the value and what is allowed. */
final class InvalidFieldException extends Exception {
  private final String field;

  InvalidFieldException(String field, String message) {
    // No stack trace: it is an answer, given by the thousand to a misbehaving agent.
    super(field + " " + message, null, false, false);
    this.field = field;
  }

  String field() {
    return field;
  }

  /** A value as messages show it: not longer than a line, without line breaks. */
  static String shown(String value) {
    String oneLine = value.replaceAll("\\p{Cntrl}", "�");
    return oneLine.length() <= 100 ? "'" + oneLine + "'" : "'" + oneLine.substring(0, 100) + "…'";
  }
}
