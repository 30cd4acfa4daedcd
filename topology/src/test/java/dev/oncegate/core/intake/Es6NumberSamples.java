package dev.oncegate.core.intake;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;

/**
 * The published sequence of doubles behind the ES6 number samples of RFC 8785: a list of edge
 * cases, then 2000 neighbours of the smallest normal number, then a chain of SHA-256 blocks, each
 * of four little-endian doubles, without those that are zero or not finite.
 */
final class Es6NumberSamples {
  private static final int NEIGHBOURS = 2_000;
  private static final List<Long> EDGE_CASES =
      JcsVectors.read("es6-static-values.txt").lines().map(HexFormat::fromHexDigitsToLong).toList();

  private final Sha256 sha256 = new Sha256();
  private ByteBuffer block = ByteBuffer.allocate(32).position(32);
  private int index;

  double next() {
    int i = index++;
    if (i < EDGE_CASES.size()) {
      return Double.longBitsToDouble(EDGE_CASES.get(i));
    }
    if (i < EDGE_CASES.size() + NEIGHBOURS) {
      return Double.longBitsToDouble(
          Double.doubleToRawLongBits(Double.MIN_NORMAL) + i - EDGE_CASES.size());
    }
    double value = nextOfChain();
    while (value == 0 || !Double.isFinite(value)) {
      value = nextOfChain();
    }
    return value;
  }

  private double nextOfChain() {
    if (!block.hasRemaining()) {
      block = ByteBuffer.wrap(sha256.plain(block.array())).order(ByteOrder.LITTLE_ENDIAN);
    }
    return block.getDouble();
  }
}
