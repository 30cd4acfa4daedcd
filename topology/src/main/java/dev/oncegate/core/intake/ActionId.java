package dev.oncegate.core.intake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One logical intent: a key within a scope.
 *
 * @param key as the agent sent it, or one of the gate's own, which begin with {@link #OWN}
 */
public record ActionId(String scope, String key) {
  /** How keys begin that the gate gives out; an agent may not send one. */
  public static final String OWN = "oncegate:";

  /** The key of a payload whose agent sent none. */
  static ActionId derived(String scope, String sha256) {
    return new ActionId(scope, OWN + "sha256:" + sha256);
  }

  /** The key of a single command: a READ without a key is not deduplicated. */
  static ActionId ofCommand(String scope, Coordinates at) {
    return new ActionId(
        scope, OWN + "command:" + at.topic() + ":" + at.partition() + ":" + at.offset());
  }

  /** Length-prefixed, not joined by a separator: no two actions share their bytes. */
  public byte[] toBytes() {
    byte[] scopeBytes = scope.getBytes(StandardCharsets.UTF_8);
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + scopeBytes.length + keyBytes.length)
        .putInt(scopeBytes.length)
        .put(scopeBytes)
        .put(keyBytes)
        .array();
  }

  /** The action of {@link #toBytes}. */
  public static ActionId fromBytes(byte[] bytes) {
    int scopeLength = ByteBuffer.wrap(bytes).getInt();
    int keyStart = Integer.BYTES + scopeLength;
    return new ActionId(
        new String(bytes, Integer.BYTES, scopeLength, StandardCharsets.UTF_8),
        new String(bytes, keyStart, bytes.length - keyStart, StandardCharsets.UTF_8));
  }
}
