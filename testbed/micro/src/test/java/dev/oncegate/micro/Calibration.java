package dev.oncegate.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Work that no change of ours makes slower or faster: figures are told as multiples of it, so that
 * a baseline of one machine means something on another.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Calibration {
  private final byte[] bytes = new byte[1_024];

  /** FNV-1a over a kilobyte, and something to write, so that memory takes part. */
  @Benchmark
  public long loop() {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < bytes.length; i++) {
      hash = (hash ^ bytes[i]) * 0x100000001b3L;
      bytes[i] = (byte) hash;
    }
    return hash;
  }
}
