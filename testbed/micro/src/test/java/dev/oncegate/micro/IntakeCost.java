package dev.oncegate.micro;

import dev.oncegate.core.intake.Admission;
import dev.oncegate.core.intake.Command;
import dev.oncegate.core.intake.Intake;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Validates a command, brings its arguments into canonical form and hashes them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IntakeCost {
  private final Intake intake = Samples.intake();
  private final Command small = Samples.command("key-1", Samples.args(300));
  private final Command large = Samples.command("key-1", Samples.args(2_000));

  @Benchmark
  public Admission args300() {
    return intake.admit(small, Samples.AT, Samples.NOW_MS, Samples.NOW_MS);
  }

  @Benchmark
  public Admission args2000() {
    return intake.admit(large, Samples.AT, Samples.NOW_MS, Samples.NOW_MS);
  }
}
