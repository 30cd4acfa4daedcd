package dev.oncegate.testbed.cli;

import dev.oncegate.cli.Oncegate;
import dev.oncegate.cli.StopRequest;
import dev.oncegate.ingress.IngressCommand;
import dev.oncegate.testbed.stack.StackException;
import dev.oncegate.testbed.stack.StoppedException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;

/** What the launcher runs: the gate's own commands, and those that need the embedded stack. */
public final class Testbed {
  private Testbed() {}

  public static void main(String[] args) {
    Oncegate.formatCheaply();
    CommandLine commandLine = Oncegate.commandLine();
    IExecutionExceptionHandler others = commandLine.getExecutionExceptionHandler();
    commandLine
        .addSubcommand(new Up())
        .addSubcommand(new DemoCommand())
        .addSubcommand(new CheckCommand())
        .addSubcommand(new BenchCommand())
        .addSubcommand(new TakeOverCommand())
        .addSubcommand(new TortureCommand())
        .addSubcommand(new SimulateCommand())
        .addSubcommand(new IngressCommand());
    commandLine.setExecutionExceptionHandler(
        (failure, command, arguments) -> {
          if (failure instanceof StackException) {
            command.getErr().println("oncegate: " + failure.getMessage());
            return ExitCode.SOFTWARE;
          }
          if (failure instanceof StoppedException) {
            command.getErr().println("oncegate: " + failure.getMessage());
            return ExitCode.OK;
          }
          return others.handleExecutionException(failure, command, arguments);
        });
    StopRequest.exitWith(() -> commandLine.execute(args));
  }
}
