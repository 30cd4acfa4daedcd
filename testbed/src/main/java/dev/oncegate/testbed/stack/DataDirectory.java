package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory that one process at a time may use. The lock is the operating system's: it ends with
 * the process, so there is no stale one to remove.
 */
public final class DataDirectory implements AutoCloseable {
  private static final String LOCK_FILE = "lock";

  private final Path path;
  private final FileChannel channel;

  private final boolean temporary;

  private DataDirectory(Path path, FileChannel channel, boolean temporary) {
    this.path = path;
    this.channel = channel;
    this.temporary = temporary;
  }

  /** A new directory that is deleted when it is closed; its name begins with {@code prefix}. */
  public static DataDirectory temporary(String prefix) {
    try {
      return take(Files.createTempDirectory(prefix), true);
    } catch (IOException e) {
      throw new StackException("no temporary directory can be made: %s".formatted(e), e);
    }
  }

  /**
   * Takes a directory, which is made where it does not exist.
   *
   * @throws StackException where another process has it
   */
  public static DataDirectory open(Path path) {
    return take(path, false);
  }

  private static DataDirectory take(Path path, boolean temporary) {
    FileChannel channel = null;
    try {
      Files.createDirectories(path);
      channel =
          FileChannel.open(
              path.resolve(LOCK_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        String owner = readOwner(channel);
        channel.close();
        throw new StackException(
            "%s is in use by process %s: end that one first or choose another directory"
                .formatted(path, owner));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
      return new DataDirectory(path, channel, temporary);
    } catch (IOException e) {
      throw new StackException("%s cannot be used as a data directory: %s".formatted(path, e), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String readOwner(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    return new String(pid.array(), 0, pid.position(), StandardCharsets.UTF_8);
  }

  public Path path() {
    return path;
  }

  /** Deletes all that is in it. */
  public void empty() {
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> leavesFirst =
          files
              .filter(file -> !file.equals(path) && !file.equals(path.resolve(LOCK_FILE)))
              .sorted(Comparator.reverseOrder())
              .toList();
      for (Path file : leavesFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new StackException("%s cannot be emptied: %s".formatted(path, e), e);
    }
  }

  /** Lets others use the directory, or deletes it where it is temporary. */
  @Override
  public void close() {
    try {
      if (temporary) {
        empty();
        Files.delete(path.resolve(LOCK_FILE));
        Files.delete(path);
      }
      channel.close();
    } catch (IOException e) {
      throw new StackException("the lock of %s cannot be released: %s".formatted(path, e), e);
    }
  }
}
