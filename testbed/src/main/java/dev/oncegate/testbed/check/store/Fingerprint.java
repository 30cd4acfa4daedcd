package dev.oncegate.testbed.check.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * 128 bits that name something: of the SHA-256 of some values, where millions have to be
 * remembered, or two numbers that are a name already.
 */
public record Fingerprint(long high, long low) {
  /** Length of {@link #bytes}. */
  static final int BYTES = 2 * Long.BYTES;

  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(Fingerprint::sha256);

  /**
   * The name of a list of values by what they are as text. Each is length-prefixed, so that no two
   * lists share their bytes; null is no text.
   */
  public static Fingerprint of(@Nullable Object... values) {
    MessageDigest digest = SHA_256.get();
    byte[] length = new byte[Integer.BYTES];
    for (Object value : values) {
      byte[] bytes = value == null ? null : value.toString().getBytes(StandardCharsets.UTF_8);
      ByteBuffer.wrap(length).putInt(bytes == null ? -1 : bytes.length);
      digest.update(length);
      if (bytes != null) {
        digest.update(bytes);
      }
    }
    ByteBuffer bits = ByteBuffer.wrap(digest.digest());
    return new Fingerprint(bits.getLong(), bits.getLong());
  }

  /** Writes the bits behind a first byte that tells maps apart. */
  void bytes(byte[] key) {
    ByteBuffer.wrap(key, 1, BYTES).putLong(high).putLong(low);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high ^ (low * 0x9E3779B97F4A7C15L));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
