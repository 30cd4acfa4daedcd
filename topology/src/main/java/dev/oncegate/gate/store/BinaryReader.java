package dev.oncegate.gate.store;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads what {@link BinaryWriter} wrote. */
final class BinaryReader {
  private final byte[] bytes;
  private int position;

  BinaryReader(byte[] bytes) {
    this.bytes = bytes;
  }

  int readByte() {
    return bytes[position++];
  }

  long readLong() {
    long value = 0;
    int shift = 0;
    byte next;
    do {
      next = bytes[position++];
      value |= (long) (next & 0x7F) << shift;
      shift += 7;
    } while (next < 0);
    return (value >>> 1) ^ -(value & 1);
  }

  int readInt() {
    return Math.toIntExact(readLong());
  }

  long readFixedLong() {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | bytes[position++] & 0xFF;
    }
    return value;
  }

  byte[] readBytes() {
    int length = readInt();
    byte[] value = new byte[length];
    System.arraycopy(bytes, position, value, 0, length);
    position += length;
    return value;
  }

  String readText() {
    int length = readInt();
    String value = new String(bytes, position, length, StandardCharsets.UTF_8);
    position += length;
    return value;
  }

  @Nullable String readOptionalText() {
    return readByte() == 0 ? null : readText();
  }

  @Nullable Long readOptionalLong() {
    return readByte() == 0 ? null : readLong();
  }

  boolean readBoolean() {
    return readByte() != 0;
  }
}
