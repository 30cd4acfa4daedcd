package dev.oncegate.core.intake;

/** A field of a command that is wrong; its message names the value and what is allowed. */
final class InvalidFieldException extends Exception {
  private static final int MAX_SHOWN = 100;

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
    int end = value.length() <= MAX_SHOWN ? value.length() : wholeCharacters(value, MAX_SHOWN);
    String oneLine = value.substring(0, end).replaceAll("\\p{Cntrl}", "�");
    return end == value.length() ? "'" + oneLine + "'" : "'" + oneLine + "…'";
  }

  private static int wholeCharacters(String value, int end) {
    return Character.isHighSurrogate(value.charAt(end - 1)) ? end - 1 : end;
  }
}
