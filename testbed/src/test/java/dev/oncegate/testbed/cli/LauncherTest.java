package dev.oncegate.testbed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a checkout of its own, with a Maven that only counts its calls and a Java that
 * tells its arguments.
 */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "oncegate");

  /** All that the launcher may need beside Java and Maven. */
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "dirname",
          "find",
          "head",
          "ln",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tail",
          "touch");

  private static final String FAKE_JAVA =
      """
      #!/bin/sh
      if [ "$1" = -XshowSettings:properties ]; then
        echo "    java.specification.version = $(cat "$(dirname "$0")/java-version")" >&2
      else
        printf '<%s>' "$@"
      fi
      """;
  private static final String FAKE_MVN =
      """
      #!/bin/sh
      echo "$@" >>"$CHECKOUT/builds"
      while [ -e "$CHECKOUT/hold" ]; do sleep 0.05; done
      if [ -e "$CHECKOUT/broken" ]; then echo 'error: no such symbol'; exit 1; fi
      mkdir -p "$CHECKOUT/testbed/target" && touch "$CHECKOUT/testbed/target/oncegate-testbed.jar"
      """;

  @TempDir private Path temporary;
  private Path checkout;
  private Path bin;
  private Path source;

  @BeforeEach
  void makeCheckout() throws IOException {
    checkout = Files.createDirectory(temporary.resolve("my checkout"));
    bin = Files.createDirectory(temporary.resolve("bin"));
    source = Files.createDirectories(checkout.resolve("topology/src/main/java")).resolve("A.java");
    Files.writeString(source, "");
    Files.writeString(checkout.resolve("pom.xml"), "");
    Files.writeString(checkout.resolve("topology/pom.xml"), "");
    Files.copy(LAUNCHER, checkout.resolve("oncegate"), StandardCopyOption.COPY_ATTRIBUTES);
    script("java", FAKE_JAVA);
    script("javac", "#!/bin/sh\n");
    script("mvn", FAKE_MVN);
    Files.writeString(bin.resolve("java-version"), "17");
    for (String tool : TOOLS) {
      script(tool, "#!/bin/sh\nexec %s \"$@\"\n".formatted(realTool(tool)));
    }
  }

  @Test
  void theFirstUseBuildsAndLaterOnesDoNot() throws Exception {
    assertThat(run("send", "my file"))
        .isEqualTo(
            "0 oncegate: building for the first time: about a minute, and longer while Maven downloads some 300 MB\n"
                + ("<-Doncegate.home=%s><-XX:TieredStopAtLevel=1><-XX:+UseSerialGC>"
                        + "<-jar><%1$s/testbed/target/oncegate-testbed.jar><send><my file>")
                    .formatted(realCheckout()));
    assertThat(run("up"))
        .isEqualTo(
            "0 <-Doncegate.home=%s><-jar><%1$s/testbed/target/oncegate-testbed.jar><up>"
                .formatted(realCheckout()));
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aChangedOrRemovedSourceIsBuiltAgain() throws Exception {
    run("up");
    makeNewer(source);
    assertThat(run("up")).contains("sources have changed");
    assertThat(builds()).isEqualTo(2);
    Files.delete(source);
    makeNewer(source.getParent());
    run("up");
    assertThat(builds()).isEqualTo(3);
    run("up");
    assertThat(builds()).isEqualTo(3);
  }

  @Test
  void onlyWhoWantsConnectBuildsIt() throws Exception {
    run("up");
    assertThat(run("up", "--data", "here", "--connect")).contains("first time with Connect");
    run("up", "--connect");
    run("demo", "--plain", "--tools", "http");
    run("up");
    assertThat(commandLines())
        .satisfiesExactly(
            plain ->
                assertThat(plain)
                    .contains("-pl testbed ", "-Doncegate.skip-plugin-jar=true")
                    .doesNotContain("testbed/connect"),
            connect ->
                assertThat(connect)
                    .contains("-pl testbed/connect,testbed ")
                    .doesNotContain("skip-plugin-jar"));

    makeNewer(source);
    run("up", "--connect");
    run("demo");
    assertThat(builds()).isEqualTo(3);
    makeNewer(source);
    run("demo");
    run("demo", "--tools", "http");
    assertThat(builds()).isEqualTo(5);
  }

  @Test
  void twoFirstUsesAtOnceBuildOnce() throws Exception {
    Path hold = Files.createFile(checkout.resolve("hold"));
    Process first = start("first", checkout.resolve("oncegate"), "up");
    Awaitility.await().until(() -> Files.exists(checkout.resolve("builds")));
    Process second = start("second", checkout.resolve("oncegate"), "up");
    Awaitility.await()
        .until(() -> outputOf("second").contains("process " + first.pid() + " is building"));
    Files.delete(hold);
    assertThat(exitCode(first)).isZero();
    assertThat(exitCode(second)).isZero();
    assertThat(outputOf("second")).contains("<up>");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void theLockOfABuildThatWasKilledIsTakenOver() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path state = Files.createDirectories(checkout.resolve("target/launcher"));
    Files.createSymbolicLink(state.resolve("lock"), Path.of(Long.toString(dead.pid())));
    assertThat(run("up")).startsWith("0 ").contains("<up>");
    assertThat(Files.isSymbolicLink(state.resolve("lock"))).isFalse();
  }

  @Test
  void anEndedBuildEndsMavenAndIsDoneAgain() throws Exception {
    Path hold = Files.createFile(checkout.resolve("hold"));
    Process first = start("first", checkout.resolve("oncegate"), "up");
    Awaitility.await().until(() -> Files.exists(checkout.resolve("builds")));
    List<ProcessHandle> maven = first.children().toList();
    first.destroy();
    assertThat(exitCode(first)).isEqualTo(1);
    assertThat(maven).singleElement().matches(process -> !process.isAlive());
    Files.delete(hold);
    assertThat(run("up")).startsWith("0 ").contains("first time");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aFailedBuildIsShownAndTriedAgain() throws Exception {
    Path broken = Files.createFile(checkout.resolve("broken"));
    assertThat(run("up"))
        .startsWith("1 ")
        .contains("error: no such symbol", "the build failed", "build.log");
    Files.delete(broken);
    assertThat(run("up")).startsWith("0 ");
  }

  @Test
  void itWorksThroughLinksFromAnyDirectory() throws Exception {
    Path direct =
        Files.createSymbolicLink(temporary.resolve("direct"), checkout.resolve("oncegate"));
    Path relative = Files.createSymbolicLink(temporary.resolve("relative"), Path.of("direct"));
    assertThat(exitCode(start("linked", relative, "up"))).isZero();
    assertThat(outputOf("linked")).contains("<-Doncegate.home=" + realCheckout() + ">");
    assertThat(direct).isSymbolicLink();
  }

  @Test
  void aJavaThatIsTooOldIsNamed() throws Exception {
    Files.writeString(bin.resolve("java-version"), "11");
    assertThat(run("up"))
        .isEqualTo("1 oncegate: needs Java 17 or later: %s/java is Java 11\n".formatted(bin));
    Files.writeString(bin.resolve("java-version"), "1.8");
    assertThat(run("up")).endsWith("is Java 1.8\n");
    Files.writeString(bin.resolve("java-version"), "25");
    assertThat(run("up")).startsWith("0 ");
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    Files.delete(bin.resolve("mvn"));
    assertThat(run("up"))
        .isEqualTo("1 oncegate: needs Maven to build: there is no mvn on the PATH\n");
    Files.delete(bin.resolve("javac"));
    script("mvn", FAKE_MVN);
    assertThat(run("up"))
        .startsWith("1 oncegate: needs a JDK to build: there is no javac on the PATH");
    Files.delete(bin.resolve("java"));
    assertThat(run("up"))
        .startsWith("1 oncegate: needs Java 17 or later: there is no java on the PATH");
  }

  private String run(String... arguments) throws Exception {
    int exitCode = exitCode(start("run", checkout.resolve("oncegate"), arguments));
    return exitCode + " " + outputOf("run");
  }

  private Process start(String output, Path launcher, String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(launcher.toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(temporary.toFile())
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve(output + ".txt").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("CHECKOUT", checkout.toString());
    return builder.start();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String outputOf(String output) throws IOException {
    return Files.readString(temporary.resolve(output + ".txt"));
  }

  private int builds() throws IOException {
    return commandLines().size();
  }

  private List<String> commandLines() throws IOException {
    return Files.readAllLines(checkout.resolve("builds"));
  }

  private Path realCheckout() throws IOException {
    return checkout.toRealPath();
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(bin.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path realTool(String name) {
    return Stream.of("/bin", "/usr/bin")
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private static void makeNewer(Path path) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
  }
}
