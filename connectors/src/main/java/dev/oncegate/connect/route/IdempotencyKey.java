package dev.oncegate.connect.route;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What names an action towards its tool, the same for all attempts and calls.
 *
 * <p>Not the agent's key itself: two scopes may use the same, and it may have characters that a
 * header must not have. The hash is over length-prefixed parts, so that no two actions share it.
 */
public final class IdempotencyKey {
  private IdempotencyKey() {}

  /** 64 hexadecimal digits. */
  public static String of(String scope, String key) {
    byte[] scopeBytes = scope.getBytes(StandardCharsets.UTF_8);
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    ByteBuffer parts =
        ByteBuffer.allocate(2 * Integer.BYTES + scopeBytes.length + keyBytes.length)
            .putInt(scopeBytes.length)
            .put(scopeBytes)
            .putInt(keyBytes.length)
            .put(keyBytes);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(parts.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
