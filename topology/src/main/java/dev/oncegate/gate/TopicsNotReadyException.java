package dev.oncegate.gate;

import java.util.List;
import org.apache.kafka.common.KafkaException;

/**
 * The topics are not as the gate needs them, or not those that its state was laid down for; the
 * message says everything that is wrong.
 */
public final class TopicsNotReadyException extends KafkaException {
  TopicsNotReadyException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
  }
}
