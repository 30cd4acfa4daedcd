package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.stack.StackException;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The system's clock and an offset that another process may change at any moment: eight bytes of a
 * file that both have mapped.
 */
final class ShiftedClock implements InstantSource {
  private final MappedByteBuffer offsetMs;

  private ShiftedClock(MappedByteBuffer offsetMs) {
    this.offsetMs = offsetMs;
  }

  /** The clock of a file, which is made where it is not there: then nothing is shifted. */
  static ShiftedClock of(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new ShiftedClock(channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES));
    } catch (IOException e) {
      throw new StackException("the clock's file %s cannot be mapped: %s".formatted(file, e), e);
    }
  }

  @Override
  public Instant instant() {
    return Instant.now().plusMillis(offsetMs.getLong(0));
  }

  /** From now on it is off by so much, whatever it was before. */
  void shift(Duration offset) {
    offsetMs.putLong(0, offset.toMillis());
  }
}
