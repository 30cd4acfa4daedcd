package dev.oncegate.ops.tracing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a trace shows of a scope: whoever knows it finds its spans, and nobody learns it from them.
 */
final class ScopeHash {
  private static final int SHOWN_BYTES = 8;

  private final MessageDigest sha256;

  ScopeHash() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The first 16 hexadecimal digits of the SHA-256 of its UTF-8. */
  String of(String scope) {
    byte[] digest = sha256.digest(scope.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, SHOWN_BYTES);
  }
}
