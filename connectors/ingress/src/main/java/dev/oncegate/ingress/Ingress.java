package dev.oncegate.ingress;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running ingress. */
public final class Ingress implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ingress.class);

  private final EventStreams streams;
  private final HttpServer http;
  private final ResultFollower follower;
  private final CommandWriter writer;

  private Ingress(
      EventStreams streams, HttpServer http, ResultFollower follower, CommandWriter writer) {
    this.streams = streams;
    this.http = http;
    this.follower = follower;
    this.writer = writer;
  }

  /**
   * Starts; takes requests when this returns. The results are followed before the first command can
   * be written, so that no answer is missed.
   *
   * @throws ConfigException where settings or topics are not as needed
   * @throws InterruptedException while waiting for the registry
   */
  public static Ingress start(IngressConfig config) throws InterruptedException {
    Waiting waiting = new Waiting();
    LatestStates states = new LatestStates(config.getLong(IngressKeys.STATES_MAX_BYTES));
    EventStreams streams =
        new EventStreams(
            config.getInt(IngressKeys.STREAMS_MAX),
            config.duration(IngressKeys.STREAM_HEARTBEAT_MS));
    CommandWriter writer = null;
    ResultFollower follower = null;
    try {
      writer = CommandWriter.open(config);
      follower =
          ResultFollower.start(
              config,
              states,
              result -> {
                // In this order: who has its answer may ask for the state.
                states.accept(result);
                streams.accept(result);
                waiting.accept(result);
              });
      HttpServer http = new HttpServer(config);
      CommandReader reader =
          new CommandReader(config.scope(), config.getBoolean(IngressKeys.KEY_REQUIRED));
      Desk desk = new Desk(reader, writer, waiting, config.decisionTimeout(), http.threads());
      CompletableFuture<Void> ended = follower.ended();
      http.start(new Routes(config, desk, states, streams, () -> !ended.isDone(), openApi()));
      LOG.info("taking actions at {}", http.url());
      return new Ingress(streams, http, follower, writer);
    } catch (RuntimeException | InterruptedException e) {
      streams.close();
      if (follower != null) {
        follower.close();
      }
      if (writer != null) {
        writer.close();
      }
      throw e;
    }
  }

  private static byte[] openApi() {
    try (InputStream in = Ingress.class.getResourceAsStream("openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("openapi.json is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens, without a slash at the end. */
  public String url() {
    return http.url();
  }

  /** Completes when it is closed; fails when the results cannot be followed any more. */
  public CompletableFuture<Void> ended() {
    return follower.ended();
  }

  /** Stops: requests under way have 5 s. */
  @Override
  public void close() {
    try (follower;
        writer;
        http) {
      // Their clients would hold the server's stop up.
      streams.close();
    }
  }
}
