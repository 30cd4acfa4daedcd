package dev.oncegate.core.intake;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Identifies a payload: SHA-256 over the length-prefixed tool, side-effect class and canonical
 * arguments. What is not in this closed list (attempt number, correlation id, deadline, token,
 * timestamps) does not change it.
 *
 * @param version of the recipe; hashes of different versions are never compared as equal
 * @param bytes 32 bytes
 */
public record PayloadHash(int version, byte[] bytes) {
  static final int CURRENT_VERSION = 1;

  static PayloadHash of(
      Sha256 sha256, String tool, SideEffectClass sideEffectClass, byte[] canonicalArgs) {
    return new PayloadHash(
        CURRENT_VERSION,
        sha256.text(tool).text(sideEffectClass.name()).part(canonicalArgs).digest());
  }

  /** 64 hexadecimal digits. */
  public String toHex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PayloadHash hash
        && hash.version == version
        && Arrays.equals(hash.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return toHex();
  }
}
