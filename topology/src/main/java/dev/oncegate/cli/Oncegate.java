package dev.oncegate.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code oncegate}: the command line of the gate.
 *
 * <p>Exit codes: 0 good, 1 the run failed, 2 bad usage or bad configuration.
 */
@Command(
    name = "oncegate",
    description = "The exactly-once gate for AI-agent actions on Kafka.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      SendCommand.class,
      WatchCommand.class,
      TopicsCommand.class,
      ConfigCommand.class,
      DescribeCommand.class
    })
public final class Oncegate implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    formatCheaply();
    StopRequest.exitWith(() -> commandLine().execute(args));
  }

  /**
   * Numbers are formatted as in English, whatever the system's language. Not for their looks: Kafka
   * Streams 4.4 formats a text with a number for each record and each of its inputs that is empty,
   * and Java does that several times as fast for this locale as for any other.
   */
  public static void formatCheaply() {
    Locale.setDefault(Locale.Category.FORMAT, Locale.US);
  }

  /** The command line, to which others may add commands. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Oncegate());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler((error, failed, result) -> told(error, failed));
    return commandLine;
  }

  /**
   * An error in one sentence for the one who can act; the stack trace only where nobody foresaw it.
   */
  private static int told(Exception error, CommandLine failed) throws Exception {
    if (error instanceof ConfigException) {
      failed.getErr().println(failed.getCommandName() + ": " + error.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    if (error instanceof KafkaException || error instanceof FailedException) {
      Throwable cause = error.getCause();
      failed
          .getErr()
          .println(
              failed.getCommandName()
                  + ": "
                  + error.getMessage()
                  + (cause == null ? "" : " (" + cause.getMessage() + ")"));
      return CommandLine.ExitCode.SOFTWARE;
    }
    throw error;
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }
}
