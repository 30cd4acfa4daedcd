package dev.oncegate.testbed.cli;

import dev.oncegate.cli.StopRequest;
import dev.oncegate.testbed.agents.Cast;
import dev.oncegate.testbed.demo.Demo;
import dev.oncegate.testbed.demo.DemoFailedException;
import dev.oncegate.testbed.demo.LiveShow;
import dev.oncegate.testbed.demo.PlainShow;
import dev.oncegate.testbed.demo.Show;
import dev.oncegate.testbed.demo.Summary;
import dev.oncegate.testbed.demo.SummaryText;
import dev.oncegate.testbed.demo.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the gate at work. */
@Command(
    name = "demo",
    description = {
      "Lets unruly agents loose on a gate of its own and shows what becomes of them.",
      "Ends by itself within a minute; exit code 0 only if all invariants hold."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DemoCommand implements Callable<Integer> {
  private static final int MAX_DURATION_S = 25;
  private static final String HTTP = "http";
  private static final List<String> KINDS_OF_TOOLS = List.of("simulated", HTTP);

  @Spec private CommandSpec spec;

  @Option(
      names = "--json",
      description =
          "Print the summary as one JSON object on the last line of standard output; all else to standard error.")
  private boolean json;

  @Option(
      names = "--plain",
      description = "Plain lines instead of the live view, also on a terminal.")
  private boolean plain;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Of all chance: the same number gives the same commands.")
  private long seed;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "How long the agents begin new runs, 1 to " + MAX_DURATION_S + ".")
  private int durationS;

  @Option(
      names = "--tools",
      paramLabel = "KIND",
      defaultValue = "simulated",
      description =
          "simulated: tools in this process. http: a Connect worker calls them by HTTP, and what they do lies in PostgreSQL.")
  private String tools = "";

  @Override
  public Integer call() throws InterruptedException {
    if (durationS < 1 || durationS > MAX_DURATION_S) {
      throw new ParameterException(
          spec.commandLine(),
          "--duration is %d: allowed is 1 to %d".formatted(durationS, MAX_DURATION_S));
    }
    if (!KINDS_OF_TOOLS.contains(tools)) {
      throw new ParameterException(
          spec.commandLine(),
          "--tools is %s: allowed is %s".formatted(tools, String.join(" or ", KINDS_OF_TOOLS)));
    }
    boolean http = tools.equals(HTTP);
    Thread caller = Thread.currentThread();
    CompletableFuture<Void> stop = StopRequest.listen();
    stop.thenRun(caller::interrupt);
    PrintStream words = utf8(json ? FileDescriptor.err : FileDescriptor.out);
    Terminal terminal = Terminal.ofThisProcess(System.getenv());
    boolean live = terminal.isTerminal() && !plain && !json;
    try (DemoFiles files = DemoFiles.make()) {
      Summary summary;
      try (Show show = live ? new LiveShow(words, terminal.coloured()) : new PlainShow(words)) {
        summary =
            new Demo(Cast.everybody(), Duration.ofSeconds(durationS), seed, show)
                .run(files.data(), http);
      } catch (InterruptedException | RuntimeException e) {
        // Whatever it was doing when it was interrupted, it says so in its own way.
        if (!stop.isDone()) {
          throw e;
        }
        files.forgetLog();
        spec.commandLine().getErr().println("oncegate: the demo was stopped before its end");
        return ExitCode.SOFTWARE;
      }
      tell(summary, words, live && terminal.coloured());
      if (summary.good()) {
        files.forgetLog();
      }
      return summary.good() ? ExitCode.OK : ExitCode.SOFTWARE;
    } catch (DemoFailedException e) {
      spec.commandLine().getErr().println("oncegate: " + e.getMessage());
      return ExitCode.SOFTWARE;
    }
  }

  private void tell(Summary summary, PrintStream words, boolean coloured) {
    new SummaryText(coloured).lines(summary).forEach(words::println);
    words.flush();
    if (json) {
      PrintStream out = utf8(FileDescriptor.out);
      out.println(summary.json());
      out.flush();
    }
  }

  /** Whatever the platform's own encoding: the view draws with more than ASCII. */
  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }
}
