package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.stack.StackException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A disk that can be filled up: a small tmpfs over a directory, which exists for one process only,
 * in a mount namespace of its own. Reached from outside through that process. Without the rights of
 * root it needs a user namespace, which not every system allows.
 */
final class SmallDisk {
  private static final int MEBIBYTES = 64;
  private static final long PROBE_TIMEOUT_S = 10;
  private static final String FILLER = "filler";

  private final Path directory;

  /**
   * @param directory is there
   */
  SmallDisk(Path directory) {
    this.directory = directory;
  }

  /** Why there can be none here; empty where there can. */
  static Optional<String> missing(Path directory) {
    List<String> command = new ArrayList<>(new SmallDisk(directory).command());
    command.add("true");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PROBE_TIMEOUT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.of("a mount namespace cannot be made in time");
      }
      return process.exitValue() == 0
          ? Optional.empty()
          : Optional.of("no tmpfs can be mounted: neither root nor a user namespace allows it");
    } catch (IOException e) {
      return Optional.of("there is no unshare: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /** What becomes the process that sees the disk; that process is to follow as the last words. */
  List<String> command() {
    String mount = "mount -t tmpfs -o size=%dm tmpfs \"$0\" && exec \"$@\"".formatted(MEBIBYTES);
    return List.of("unshare", "-Urm", "/bin/sh", "-c", mount, directory.toString());
  }

  /** Leaves no room on it. */
  void fill(long pid) {
    Path filler = seenBy(pid).resolve(FILLER);
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      for (int i = 0; i < MEBIBYTES * 256; i++) {
        out.write(block);
      }
    } catch (IOException e) {
      return;
    }
    throw new StackException("%s is no small disk: it does not fill up".formatted(filler));
  }

  /** There is room again; nothing happens where the process and so the disk are gone. */
  void free(long pid) {
    try {
      Files.deleteIfExists(seenBy(pid).resolve(FILLER));
    } catch (IOException e) {
      throw new StackException("the disk of %s cannot be freed: %s".formatted(directory, e), e);
    }
  }

  private Path seenBy(long pid) {
    return Path.of("/proc/%d/root%s".formatted(pid, directory.toAbsolutePath()));
  }
}
