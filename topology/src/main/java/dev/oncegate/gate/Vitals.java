package dev.oncegate.gate;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;

/**
 * How an instance of the gate is at one moment.
 *
 * @param sinceRunning how long ago it was RUNNING last: zero while it is; empty where it never was
 * @param silence for how long the consumer that is worst off has had no contact with its group:
 *     seconds while all is well, growing while the group's broker cannot be reached
 * @param restores the stores that are being restored, by store and partition
 */
public record Vitals(
    KafkaStreams.State state,
    Optional<Duration> sinceRunning,
    Duration silence,
    List<Restore> restores) {

  public Vitals {
    restores = List.copyOf(restores);
  }
}
