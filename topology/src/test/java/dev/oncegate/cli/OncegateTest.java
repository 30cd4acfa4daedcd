package dev.oncegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import picocli.CommandLine;

class OncegateTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpIsEverywhere() {
    CommandLine all = Oncegate.commandLine();
    assertThat(all.getSubcommands())
        .containsOnlyKeys("serve", "send", "watch", "topics", "config", "describe");
    for (String command : all.getSubcommands().keySet()) {
      assertThat(run(command, "--help")).as(command).isZero();
    }
    assertThat(run("topics", "create", "--help")).isZero();
    assertThat(out.toString()).contains("--replication-factor");
  }

  @Test
  void badUsageEndsWith2() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("fly")).isEqualTo(2);
    assertThat(run("send", "--key", "moon")).isEqualTo(2);
    assertThat(err.toString()).contains("moon").contains("RUN, RANDOM, NONE");
  }

  @Test
  void badConfigurationEndsWith2AndSaysWhatIsWrong() {
    assertThat(run("serve", "--set", "gate.scop=run")).isEqualTo(2);
    assertThat(err.toString())
        .contains("gate.scop is no setting; did you mean gate.scope?")
        .doesNotContain("\tat ");
    assertThat(run("serve", "--config", "nowhere.properties")).isEqualTo(2);
    assertThat(err.toString()).contains("nowhere.properties does not exist");
  }

  static boolean anUpRunsHere() {
    return Files.exists(ClusterOptions.HOME.resolve(ClusterOptions.UP_PROPERTIES));
  }

  @Test
  @DisabledIf("anUpRunsHere")
  void withoutAClusterTheErrorSaysHowToNameOne() {
    assertThat(run("watch", "effects")).isEqualTo(1);
    assertThat(err.toString())
        .contains("no 'oncegate up' runs here")
        .contains("--bootstrap-server");
  }

  @Test
  void describePrintsOneSubTopologyWithoutACluster() {
    assertThat(run("describe", "--set", "gate.topic.prefix=x.")).isZero();
    assertThat(out.toString())
        .contains("Sub-topology: 0")
        .doesNotContain("Sub-topology: 1")
        .contains("x.commands");
  }

  @Test
  void configPrintsTheReference() {
    assertThat(run("config")).isZero();
    assertThat(out.toString())
        .contains("### `gate.dedup.window.ms`")
        .contains("### `schema.registry.url`");
  }

  private int run(String... arguments) {
    CommandLine commandLine = Oncegate.commandLine();
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(err));
    return commandLine.execute(arguments);
  }
}
