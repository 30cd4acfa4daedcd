package dev.oncegate.ingress;

import dev.oncegate.cli.ClusterOptions;
import dev.oncegate.cli.Oncegate;
import dev.oncegate.cli.StopRequest;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ingress}: the gate over HTTP. */
@Command(
    name = "ingress",
    description = {
      "Takes actions over HTTP and answers with the gate's decisions, until Ctrl-C or SIGTERM.",
      "Say who may act: --set ingress.credentials.file=FILE, or, to try it, ingress.anonymous=true."
    },
    mixinStandardHelpOptions = true)
public final class IngressCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  /** The gate's command line with this command. */
  public static void main(String[] args) {
    StopRequest.exitWith(
        () -> Oncegate.commandLine().addSubcommand(new IngressCommand()).execute(args));
  }

  @Override
  public Integer call() {
    IngressConfig config = IngressConfig.of(cluster.config());
    CompletableFuture<Void> stop = StopRequest.listen();
    try (Ingress ingress = Ingress.start(config)) {
      PrintWriter out = spec.commandLine().getOut();
      out.println("actions    " + ingress.url() + "/v1/actions");
      out.println("described  " + ingress.url() + "/openapi.json");
      out.println("ready; Ctrl-C ends it");
      out.flush();
      CompletableFuture.anyOf(stop, ingress.ended().exceptionally(failure -> null)).join();
      return stop.isDone() ? ExitCode.OK : ExitCode.SOFTWARE;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
