package dev.oncegate.testbed.demo;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that standard output may be. Asked through the system's own commands: a JVM cannot
 * tell a terminal on standard output from one on standard input.
 *
 * @param isTerminal whether standard output is one that can be drawn on
 * @param coloured whether it may be coloured
 */
public record Terminal(boolean isTerminal, boolean coloured) {
  private static final int DEFAULT_COLUMNS = 80;
  private static final int DEFAULT_ROWS = 24;
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";

  /** What is too wide is cut by the terminal. */
  private static final String NO_WRAP = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";
  private static final String OTHER_SCREEN = "\u001b[?1049h";
  private static final String FIRST_SCREEN = "\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";

  /** Width and height in characters. */
  record Size(int columns, int rows) {}

  /** The terminal of this process. */
  public static Terminal ofThisProcess(Map<String, String> environment) {
    boolean dumb = environment.getOrDefault("TERM", "dumb").equals("dumb");
    return of(environment, !dumb && succeeds("test", "-t", "1"));
  }

  static Terminal of(Map<String, String> environment, boolean isTerminal) {
    boolean noColour = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(isTerminal, isTerminal && !noColour);
  }

  private static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
      return process.waitFor(2, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Its size now; 80 by 24 where it does not say. */
  static Size size() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return sizeOf(answer);
    } catch (IOException e) {
      return new Size(DEFAULT_COLUMNS, DEFAULT_ROWS);
    }
  }

  /** Reads {@code rows columns}, as stty says it. */
  static Size sizeOf(String answer) {
    String[] words = answer.trim().split(" ");
    try {
      int rows = Integer.parseInt(words[0]);
      int columns = words.length < 2 ? 0 : Integer.parseInt(words[1]);
      return rows > 0 && columns > 0
          ? new Size(columns, rows)
          : new Size(DEFAULT_COLUMNS, DEFAULT_ROWS);
    } catch (NumberFormatException e) {
      return new Size(DEFAULT_COLUMNS, DEFAULT_ROWS);
    }
  }

  static void open(PrintStream out) {
    out.print(OTHER_SCREEN + HIDE_CURSOR + NO_WRAP);
    out.flush();
  }

  static void close(PrintStream out) {
    out.print(WRAP + SHOW_CURSOR + FIRST_SCREEN);
    out.flush();
  }

  /** Draws over what was there before, without a flicker: nothing is cleared first. */
  static void draw(PrintStream out, List<String> lines) {
    StringBuilder frame = new StringBuilder(HOME);
    lines.forEach(line -> frame.append(line).append(CLEAR_LINE).append("\r\n"));
    out.print(frame.append(CLEAR_BELOW));
    out.flush();
  }
}
