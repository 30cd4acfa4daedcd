package dev.oncegate.core.intake;

import java.util.HexFormat;

/** The 256 bits of a hash, in four numbers: compared, copied and stored without a trace of text. */
public record Digest256(long first, long second, long third, long fourth) {
  private static final int DIGITS = 16;

  /** The digest of 64 hexadecimal digits. */
  public static Digest256 ofHex(String digits) {
    return new Digest256(part(digits, 0), part(digits, 1), part(digits, 2), part(digits, 3));
  }

  private static long part(String digits, int index) {
    return HexFormat.fromHexDigitsToLong(digits, index * DIGITS, (index + 1) * DIGITS);
  }

  /** 64 hexadecimal digits. */
  public String toHex() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(first)
        + hex.toHexDigits(second)
        + hex.toHexDigits(third)
        + hex.toHexDigits(fourth);
  }
}
