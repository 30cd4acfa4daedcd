package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.util.Arrays;

/**
 * First main class of every child JVM: runs the real one and ends the JVM when the parent is gone.
 * The parent never writes to the pipe, so the end of standard input is the end of the parent, even
 * by SIGKILL. Halts without shutdown hooks: whoever starts the stack again at once finds ports and
 * data directories free.
 *
 * <p>Must need no other class of ours: it is copied alone to the class path of programs that are
 * not ours.
 */
final class Child {
  static final int PARENT_GONE = 70;

  private Child() {}

  /**
   * @param args the main class to run and its arguments
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread watch = new Thread(Child::haltWithParent, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    String[] rest = Arrays.copyOfRange(args, 1, args.length);
    Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
  }

  private static void haltWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is expected but the end.
      }
    } catch (IOException e) {
      // A broken pipe is an end too.
    }
    Runtime.getRuntime().halt(PARENT_GONE);
  }
}
