package dev.oncegate.gate.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the binary forms of stored state: variable-length integers, length-prefixed bytes and
 * text.
 */
final class BinaryWriter {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] buffer;
  private int size;

  BinaryWriter() {
    this(512);
  }

  /**
   * @param usualBytes about how much will be written
   */
  BinaryWriter(int usualBytes) {
    buffer = new byte[usualBytes];
  }

  BinaryWriter writeByte(int value) {
    ensure(1);
    buffer[size++] = (byte) value;
    return this;
  }

  /** Zigzag, so that small negative numbers are short too. */
  BinaryWriter writeLong(long value) {
    long rest = (value << 1) ^ (value >> 63);
    if ((rest & ~0x7FL) == 0) {
      return writeByte((int) rest);
    }
    ensure(10);
    while ((rest & ~0x7FL) != 0) {
      buffer[size++] = (byte) (rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
    return this;
  }

  BinaryWriter writeFixedLong(long value) {
    ensure(Long.BYTES);
    LONG.set(buffer, size, value);
    size += Long.BYTES;
    return this;
  }

  BinaryWriter writeBytes(byte[] value) {
    writeLong(value.length);
    ensure(value.length);
    System.arraycopy(value, 0, buffer, size, value.length);
    size += value.length;
    return this;
  }

  BinaryWriter writeText(String value) {
    return writeBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  BinaryWriter writeOptionalText(@Nullable String value) {
    return value == null ? writeByte(0) : writeByte(1).writeText(value);
  }

  BinaryWriter writeOptionalLong(@Nullable Long value) {
    return value == null ? writeByte(0) : writeByte(1).writeLong(value);
  }

  BinaryWriter writeBoolean(boolean value) {
    return writeByte(value ? 1 : 0);
  }

  byte[] toBytes() {
    return Arrays.copyOf(buffer, size);
  }

  private void ensure(int more) {
    if (size + more > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
    }
  }
}
