package dev.oncegate.gate.store;

import dev.oncegate.core.intake.ActionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The binary form of timers: many in a record, under the start of their slot and a number; or, as
 * they were written first, each under a key of its own and with no value.
 */
final class TimerFormat {
  private static final byte DEADLINE = 1;
  private static final byte COUNTS = 2;
  private static final byte RETENTION = 3;
  private static final byte SLOT = 4;
  private static final int KIND_AT = Long.BYTES;
  private static final int NEWEST = 1;
  private static final int USUAL_BYTES = 64;

  private TimerFormat() {}

  /** Where the keys of a time begin. */
  static byte[] from(long timeMs) {
    return ByteBuffer.allocate(Long.BYTES).putLong(timeMs).array();
  }

  /** The key of a record of a slot. */
  static byte[] key(long slotStartMs, int number) {
    return ByteBuffer.allocate(Long.BYTES + 1 + Integer.BYTES)
        .putLong(slotStartMs)
        .put(SLOT)
        .putInt(number)
        .array();
  }

  /** The start of the slot of a record. */
  static long slotStartMs(byte[] key) {
    return ByteBuffer.wrap(key).getLong();
  }

  /** Whether a key is that of one timer. */
  static boolean isSingle(byte[] key) {
    return key[KIND_AT] != SLOT;
  }

  /** The key of one timer. */
  static byte[] singleKey(Timer timer) {
    byte[] id = idOf(timer);
    return ByteBuffer.allocate(Long.BYTES + 1 + id.length)
        .putLong(timer.dueMs())
        .put((byte) kindOf(timer))
        .put(id)
        .array();
  }

  /** The timer of a key. */
  static Timer single(byte[] key) {
    ByteBuffer in = ByteBuffer.wrap(key);
    return timer(in.getLong(), in.get(), Arrays.copyOfRange(key, KIND_AT + 1, key.length));
  }

  /** The record of some timers, in the newest form. */
  static byte[] toBytes(List<Timer> timers) {
    BinaryWriter out =
        new BinaryWriter(timers.size() * USUAL_BYTES).writeByte(NEWEST).writeLong(timers.size());
    for (Timer timer : timers) {
      out.writeByte(kindOf(timer)).writeLong(timer.dueMs()).writeBytes(idOf(timer));
    }
    return out.toBytes();
  }

  /**
   * The timers of a record of any form.
   *
   * @throws StateFormatException where the form is newer than this version knows
   */
  static List<Timer> timers(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    int form = in.readByte();
    if (form < 1 || form > NEWEST) {
      throw new StateFormatException("Timers", form, NEWEST);
    }
    int size = in.readInt();
    List<Timer> timers = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      int kind = in.readByte();
      timers.add(timer(in.readLong(), kind, in.readBytes()));
    }
    return timers;
  }

  private static Timer timer(long dueMs, int kind, byte[] id) {
    return switch (kind) {
      case DEADLINE -> new Timer.Deadline(dueMs, ActionId.fromBytes(id));
      case COUNTS -> new Timer.Counts(dueMs, RunId.fromBytes(id));
      case RETENTION -> new Timer.Retention(dueMs, RunId.fromBytes(id));
      default -> throw new StateFormatException("A timer", kind, RETENTION);
    };
  }

  private static int kindOf(Timer timer) {
    if (timer instanceof Timer.Deadline) {
      return DEADLINE;
    }
    return timer instanceof Timer.Counts ? COUNTS : RETENTION;
  }

  private static byte[] idOf(Timer timer) {
    if (timer instanceof Timer.Deadline deadline) {
      return deadline.action().toBytes();
    }
    return timer instanceof Timer.Counts counts
        ? counts.run().toBytes()
        : ((Timer.Retention) timer).run().toBytes();
  }
}
