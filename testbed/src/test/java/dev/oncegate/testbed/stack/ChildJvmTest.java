package dev.oncegate.testbed.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {
  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();

  @TempDir private Path directory;

  @Test
  void aProgramThatEndsTooSoonIsReportedWithTheEndOfItsLog() {
    try (ChildJvm child = start(EndsAtOnce.class)) {
      assertThatThrownBy(() -> child.awaitReady(Duration.ofSeconds(30), () -> false, NEVER))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("the program ended with exit code 3")
          .hasMessageContaining("line 99")
          .hasMessageNotContaining("line 50");
    }
  }

  @Test
  void aProgramThatIsNeverReadyIsReported() {
    try (ChildJvm child = start(WaitsForSigterm.class)) {
      assertThatThrownBy(() -> child.awaitReady(Duration.ofMillis(1), () -> false, NEVER))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("was not ready within");
    }
  }

  @Test
  void waitingEndsWhenItIsToldToStop() {
    try (ChildJvm child = start(WaitsForSigterm.class)) {
      CompletableFuture<Void> stop = CompletableFuture.completedFuture(null);
      assertThatThrownBy(() -> child.awaitReady(Duration.ofSeconds(30), () -> false, stop))
          .isInstanceOf(StoppedException.class)
          .hasMessage("told to stop before the program was ready");
    }
  }

  @Test
  void closingLetsTheProgramEndInItsOwnWay() {
    ChildJvm child = start(WaitsForSigterm.class);
    child.awaitReady(
        Duration.ofSeconds(30), () -> logOf(WaitsForSigterm.class).contains("waiting"), NEVER);
    child.close();
    assertThat(logOf(WaitsForSigterm.class)).contains("ended in order");
  }

  @Test
  void ctrlCInTheTerminalLeavesTheProgramToItsParent() throws Exception {
    ChildJvm child = start(WaitsForSigterm.class);
    child.awaitReady(
        Duration.ofSeconds(30), () -> logOf(WaitsForSigterm.class).contains("waiting"), NEVER);
    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(child.pid())).start().waitFor())
        .isZero();
    child.close();
    // Had it heard SIGINT, which came first, it would have ended with 130.
    assertThat(child.ended().get(10, TimeUnit.SECONDS)).hasMessageContaining("exit code 143");
  }

  @Test
  void noProgramOutlivesAParentThatIsKilled() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                ChildJvm.ownClassPath(),
                Parent.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      String pid = parent.inputReader().readLine();
      ProcessHandle child = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      assertThat(child.isAlive()).isTrue();
      parent.destroyForcibly().waitFor();
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !child.isAlive());
    } finally {
      parent.destroyForcibly();
    }
  }

  private ChildJvm start(Class<?> mainClass) {
    return start(mainClass, directory);
  }

  private static ChildJvm start(Class<?> mainClass, Path directory) {
    return ChildJvm.start(
        new ChildJvm.Program(
            "the program",
            List.of("-Xmx32m", "-XX:TieredStopAtLevel=1"),
            ChildJvm.ownClassPath(),
            mainClass.getName(),
            List.of(),
            directory.resolve(mainClass.getSimpleName() + ".log")));
  }

  private String logOf(Class<?> mainClass) {
    try {
      return Files.readString(directory.resolve(mainClass.getSimpleName() + ".log"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public static final class EndsAtOnce {
    public static void main(String[] args) {
      for (int line = 0; line < 100; line++) {
        System.out.println("line " + line);
      }
      System.exit(3);
    }
  }

  public static final class WaitsForSigterm {
    public static void main(String[] args) throws InterruptedException {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("ended in order")));
      System.out.println("waiting");
      new CountDownLatch(1).await();
    }
  }

  /** Starts a program and waits to be killed. */
  public static final class Parent {
    public static void main(String[] args) throws InterruptedException {
      System.out.println(start(WaitsForSigterm.class, Path.of(args[0])).pid());
      new CountDownLatch(1).await();
    }
  }
}
