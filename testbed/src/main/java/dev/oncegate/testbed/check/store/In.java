package dev.oncegate.testbed.check.store;

/** Bytes that {@link Out} wrote, read in the same order. */
public final class In {
  private final byte[] bytes;
  private int position;

  In(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Reads one byte. */
  public int takeByte() {
    return bytes[position++];
  }

  /** Fills an array. */
  public void takeBytes(byte[] values) {
    System.arraycopy(bytes, position, values, 0, values.length);
    position += values.length;
  }

  /** Reads a whole number. */
  public long takeNumber() {
    long value = 0;
    int shift = 0;
    byte next;
    do {
      next = bytes[position++];
      value |= (next & 0x7FL) << shift;
      shift += 7;
    } while (next < 0);
    return (value >>> 1) ^ -(value & 1);
  }

  /** Reads a whole number that was an int. */
  public int takeInt() {
    return (int) takeNumber();
  }

  /** Reads 64 bits. */
  public long takeBits() {
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = (value << 8) | (bytes[position++] & 0xFF);
    }
    return value;
  }
}
