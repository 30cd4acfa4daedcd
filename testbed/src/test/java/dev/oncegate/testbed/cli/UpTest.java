package dev.oncegate.testbed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.testbed.stack.ChildJvm;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, as the launcher runs it. */
class UpTest {
  private static final Duration START = Duration.ofSeconds(60);

  @TempDir private Path temporary;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endAll() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void itTellsItsAddressesRefusesASecondOneAndEndsAllOnCtrlC() throws Exception {
    Process up = up("up", "--broker-port", "0", "--registry-port", "0");
    List<ProcessHandle> children = awaitReady(up);
    assertThat(children).hasSize(2);
    assertThat(addresses().getProperty("bootstrap.servers")).matches("127\\.0\\.0\\.1:\\d+");
    assertThat(addresses().getProperty("schema.registry.url"))
        .matches("http://127\\.0\\.0\\.1:\\d+/apis/ccompat/v7");
    assertThat(outputOf("up")).contains(addresses().getProperty("bootstrap.servers"));

    Process second = up("second", "--fresh", "--broker-port", "0", "--registry-port", "0");
    assertThat(exitCode(second)).isEqualTo(1);
    assertThat(outputOf("second"))
        .contains("in use by process " + up.pid())
        .doesNotContain("Exception");
    assertThat(upFile()).exists();

    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(up.pid())).start().waitFor())
        .isZero();
    assertThat(exitCode(up)).isZero();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(upFile()).doesNotExist();
    assertThat(data().resolve("broker/data/meta.properties")).exists();
  }

  @Test
  void stoppedInTheMiddleOfItsStartItEndsAllInOrder() throws Exception {
    Process up = up("up", "--broker-port", "0", "--registry-port", "0");
    Awaitility.await().atMost(START).until(() -> up.descendants().count() == 2);
    List<ProcessHandle> children = up.descendants().toList();
    up.toHandle().destroy();
    assertThat(exitCode(up)).isZero();
    assertThat(outputOf("up"))
        .contains("told to stop before the broker was ready")
        .doesNotContain("Exception");
    assertThat(children).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void itFailsWhenTheBrokerDiesAndTakesTheRegistryWithIt() throws Exception {
    Files.createDirectories(data());
    Path old = Files.writeString(data().resolve("old"), "");
    Process up = up("up", "--fresh", "--broker-port", "0", "--registry-port", "0");
    List<ProcessHandle> children = awaitReady(up);
    assertThat(old).doesNotExist();
    children.stream().filter(isBroker()).findFirst().orElseThrow().destroyForcibly();
    assertThat(exitCode(up)).isEqualTo(1);
    assertThat(outputOf("up")).contains("oncegate: the broker ended with exit code 137");
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(upFile()).doesNotExist();
  }

  @Test
  void killedItLeavesNoChildAndNothingThatStopsTheNextOne() throws Exception {
    Process up = up("up", "--broker-port", "0", "--registry-port", "0");
    // In the middle of the start, when there is least to rely on.
    Awaitility.await().atMost(START).until(() -> up.descendants().count() == 2);
    List<ProcessHandle> children = up.descendants().toList();
    up.destroyForcibly().waitFor();
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    Process next = up("next", "--broker-port", "0", "--registry-port", "0");
    awaitReady(next);
    next.destroy();
    assertThat(exitCode(next)).isZero();
  }

  @Test
  void aPortInUseIsAnErrorThatNamesPortAndOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      Process up = up("up", "--broker-port", port);
      assertThat(exitCode(up)).isEqualTo(1);
      assertThat(outputOf("up"))
          .contains("port " + port + " of 127.0.0.1 is in use", "--broker-port")
          .doesNotContain("Exception");
    }
  }

  @Test
  void badUsageIsToldFromAFailureBeforeAnythingIsStarted() throws Exception {
    Process port = up("port", "--registry-port", "65536");
    Process partitions = up("partitions", "--partitions", "0");
    Process setting = up("setting", "--set", "gate.scope=planet");
    assertThat(exitCode(port)).isEqualTo(2);
    assertThat(outputOf("port")).contains("--registry-port is 65536: allowed is 0 to 65535");
    assertThat(exitCode(partitions)).isEqualTo(2);
    assertThat(outputOf("partitions")).contains("--partitions is 0: allowed is 1 and more");
    assertThat(exitCode(setting)).isEqualTo(2);
    assertThat(outputOf("setting"))
        .contains("planet", "gate.scope", "RUN")
        .doesNotContain("Exception");
    assertThat(data()).doesNotExist();
  }

  private Process up(String output, String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1", "-cp", ChildJvm.ownClassPath(), Testbed.class.getName()));
    line.addAll(List.of("up", "--data", data().toString()));
    line.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve(output + ".txt").toFile())
            .start();
    started.add(process);
    return process;
  }

  private List<ProcessHandle> awaitReady(Process up) {
    Awaitility.await().atMost(START).until(() -> Files.exists(upFile()) || !up.isAlive());
    assertThat(upFile()).withFailMessage(() -> outputOf("up")).exists();
    return up.descendants().toList();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static Predicate<ProcessHandle> isBroker() {
    return child -> child.info().commandLine().orElseThrow().contains("server.properties");
  }

  private Path data() {
    return temporary.resolve("the data");
  }

  private Path upFile() {
    return data().resolve("up.properties");
  }

  private Properties addresses() throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(upFile())) {
      properties.load(reader);
    }
    return properties;
  }

  private String outputOf(String output) {
    try {
      return Files.readString(temporary.resolve(output + ".txt"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
