package dev.oncegate.ingress;

import dev.oncegate.schema.ActionCommand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes commands to their topic, by an idempotent producer.
 *
 * <p>In a thread of its own, in the order given: a producer that does not know the topic's leaders,
 * for no broker answers, holds up whoever sends, and those are the threads that answer requests.
 */
final class CommandWriter implements Commands, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandWriter.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final Producer<byte[], byte[]> producer;
  private final Serializer<SpecificRecord> serializer;
  private final String topic;
  private final ExecutorService sender =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "commands"));

  private CommandWriter(
      Producer<byte[], byte[]> producer, Serializer<SpecificRecord> serializer, String topic) {
    this.producer = producer;
    this.serializer = serializer;
    this.topic = topic;
  }

  /**
   * Waits until the registry has told the schema's id: from then on it may be away.
   *
   * @throws InterruptedException while waiting
   */
  static CommandWriter open(IngressConfig config) throws InterruptedException {
    var serdes = config.serdes();
    String topic = config.topics().commands();
    serdes.prepare(topic, ActionCommand.getClassSchema());
    return new CommandWriter(
        new KafkaProducer<>(
            config.producer(), new ByteArraySerializer(), new ByteArraySerializer()),
        serdes.serializer(),
        topic);
  }

  @Override
  public CompletableFuture<Place> write(
      String scope, ActionCommand command, Map<String, String> headers) {
    CompletableFuture<Place> written = new CompletableFuture<>();
    sender.execute(
        () -> {
          if (!written.isDone()) {
            send(scope, command, headers, written);
          }
        });
    return written;
  }

  private void send(
      String scope,
      ActionCommand command,
      Map<String, String> headers,
      CompletableFuture<Place> written) {
    try {
      var record =
          new ProducerRecord<>(
              topic, scope.getBytes(StandardCharsets.UTF_8), serializer.serialize(topic, command));
      headers.forEach(
          (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
      producer.send(
          record,
          (metadata, failure) -> {
            if (failure == null) {
              written.complete(new Place(metadata.partition(), metadata.offset()));
            } else {
              written.completeExceptionally(refusal(failure));
            }
          });
    } catch (KafkaException e) {
      written.completeExceptionally(refusal(e));
    } catch (RuntimeException e) {
      written.completeExceptionally(e);
    }
  }

  private static Refused refusal(Exception failure) {
    if (failure instanceof RecordTooLargeException) {
      return new Refused(ProblemType.TOO_LARGE, "The command is larger than its topic takes.");
    }
    // What the broker said is for the operator: it may name hosts.
    LOG.warn("a command was not written, or that is not known", failure);
    return new Refused(
        ProblemType.NOT_WRITTEN,
        "The command may or may not have been written. Send it again with the same key.");
  }

  @Override
  public void close() {
    sender.shutdown();
    producer.close(CLOSE_TIMEOUT);
  }
}
