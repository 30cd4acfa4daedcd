package dev.oncegate.testbed.cli;

import dev.oncegate.testbed.stack.StackException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParseResult;

/** What the launcher runs. Exit codes: 0 good, 1 the run failed, 2 bad usage. */
@Command(
    name = "oncegate",
    description = "The exactly-once gate for AI-agent actions on Kafka.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = Up.class)
public final class Testbed {
  private Testbed() {}

  public static void main(String[] args) {
    CommandLine commandLine = new CommandLine(new Testbed());
    commandLine.setExecutionExceptionHandler(Testbed::report);
    StopRequest.exit(commandLine.execute(args));
  }

  private static int report(Exception failure, CommandLine command, ParseResult arguments) throws Exception {
    if (failure instanceof StackException) {
      command.getErr().println("oncegate: " + failure.getMessage());
      return ExitCode.SOFTWARE;
    }
    throw failure;
  }
}
