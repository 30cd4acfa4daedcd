package dev.oncegate.testbed.check;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * 128 bits of the SHA-256 of some values: stands for them where millions have to be remembered.
 * Each value is length-prefixed, so that no two lists of values share their bytes.
 */
record Fingerprint(long high, long low) {
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(Fingerprint::sha256);

  static Fingerprint of(@Nullable Object... values) {
    MessageDigest digest = SHA_256.get();
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    for (Object value : values) {
      byte[] bytes = value == null ? null : value.toString().getBytes(StandardCharsets.UTF_8);
      digest.update(length.clear().putInt(bytes == null ? -1 : bytes.length).array());
      if (bytes != null) {
        digest.update(bytes);
      }
    }
    ByteBuffer bits = ByteBuffer.wrap(digest.digest());
    return new Fingerprint(bits.getLong(), bits.getLong());
  }

  @Override
  public int hashCode() {
    return (int) high;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
