package dev.oncegate.testbed.stack;

import java.util.ArrayList;
import java.util.List;

/** A server that is no JVM and shall end with this process all the same. */
final class Kept {
  /**
   * Starts the server, hands SIGTERM on as the order to end at once but in order, and ends it
   * without order when standard input, which nobody writes to, ends with the parent. A shell starts
   * what runs beside it with SIGQUIT ignored, and not every server (Redis) changes that.
   */
  private static final String KEEPER =
      """
      trap '' INT HUP
      exec 3<&0
      "$@" </dev/null 3<&- &
      server=$!
      (while read -r line <&3; do :; done; kill -QUIT "$server"; sleep 5; kill -KILL "$server") &
      watch=$!
      trap 'kill -INT "$server"' TERM
      while kill -0 "$server" 2>/dev/null; do
        wait "$server"
        status=$?
      done
      kill "$watch" 2>/dev/null
      exit "$status"
      """;

  private Kept() {}

  /** The command line that runs another one so. */
  static List<String> line(List<String> server) {
    List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", KEEPER, "keeper"));
    line.addAll(server);
    return line;
  }
}
