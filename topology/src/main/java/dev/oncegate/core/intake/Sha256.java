package dev.oncegate.core.intake;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 over length-prefixed parts: joining them with a separator would let two lists collide.
 * Not thread safe.
 */
final class Sha256 {
  private final MessageDigest digest;
  private final byte[] length = new byte[Integer.BYTES];

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  Sha256 part(byte[] bytes) {
    int n = bytes.length;
    length[0] = (byte) (n >>> 24);
    length[1] = (byte) (n >>> 16);
    length[2] = (byte) (n >>> 8);
    length[3] = (byte) n;
    digest.update(length);
    digest.update(bytes);
    return this;
  }

  Sha256 text(String text) {
    return part(text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] digest() {
    return digest.digest();
  }

  /** The plain hash of some bytes, without a length before them. */
  byte[] plain(byte[] bytes) {
    return digest.digest(bytes);
  }
}
