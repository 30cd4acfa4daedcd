package dev.oncegate.micro;

import com.sun.net.httpserver.HttpServer;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.serde.AvroSerdes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reads a command and writes a result, ids of schemas known. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SerdeCost {
  private static final String RESULTS = "agent.results";
  private static final String COMMANDS = "agent.commands";

  private AvroSerdes serdes;
  private byte[] command;
  private ActionResult result;

  /** A registry that gives out ids is needed for the first record only. */
  @Setup
  public void setUp() throws IOException, InterruptedException {
    AtomicInteger ids = new AtomicInteger();
    HttpServer registry =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          byte[] answer =
              "{\"id\":%d}".formatted(ids.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    registry.start();
    try {
      serdes =
          AvroSerdes.of(
              AvroSerdes.ONCEGATE,
              Map.of("schema.registry.url", "http://127.0.0.1:" + registry.getAddress().getPort()));
      serdes.prepare(COMMANDS, ActionCommand.getClassSchema());
      serdes.prepare(RESULTS, ActionResult.getClassSchema());
    } finally {
      registry.stop(0);
    }
    command =
        serdes
            .serializer()
            .serialize(
                COMMANDS,
                ActionCommand.newBuilder()
                    .setRunId("run-4711")
                    .setTool("bank.transfer")
                    .setArgs(Samples.args(300))
                    .setIdempotencyKey("key-1")
                    .build());
    result =
        ActionResult.newBuilder()
            .setScope("run-4711")
            .setRunId("run-4711")
            .setRunSeq(17)
            .setEvent(ResultEvent.DECIDED)
            .setDecision(Decision.ACCEPTED)
            .setReason("FIRST_SIGHT")
            .setMessage("The action is new; its effect is on its way.")
            .setIdempotencyKey("key-1")
            .setTool("bank.transfer")
            .setEffectAttempt(1)
            .setCommand(new RecordCoordinates(COMMANDS, 3, 1_234_567L))
            .setEventTime(Instant.ofEpochMilli(Samples.NOW_MS))
            .setDecidedAt(Instant.ofEpochMilli(Samples.NOW_MS))
            .build();
  }

  @Benchmark
  public SpecificRecord readCommand() {
    return serdes.deserializer().deserialize(COMMANDS, command);
  }

  @Benchmark
  public byte[] writeResult() {
    return serdes.serializer().serialize(RESULTS, result);
  }
}
