package dev.oncegate.testbed.demo;

/** Colours of a terminal, or none. */
enum Ink {
  BOLD("1"),
  DIM("2"),
  RED("31"),
  GREEN("32"),
  YELLOW("33"),
  CYAN("36"),
  /** As the terminal writes. */
  PLAIN("");

  private static final String ESCAPE = "\u001b[";

  private final String code;

  Ink(String code) {
    this.code = code;
  }

  /** The text in this colour; as it is where there are to be none, or nothing to be seen. */
  String on(String text, boolean coloured) {
    return coloured && !code.isEmpty() && !text.isBlank()
        ? ESCAPE + code + "m" + text + ESCAPE + "0m"
        : text;
  }
}
