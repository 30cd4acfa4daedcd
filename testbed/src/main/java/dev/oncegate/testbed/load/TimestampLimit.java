package dev.oncegate.testbed.load;

import dev.oncegate.gate.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Brokers refuse records that are more than an hour ahead, unless they are told otherwise. Many
 * clusters are: the gate must bear it.
 */
final class TimestampLimit {
  private TimestampLimit() {}

  /** Lets the topics that others than the gate write take records of any future. */
  static void lift(Supplier<Admin> admins, Topics topics) throws InterruptedException {
    AlterConfigOp noLimit =
        new AlterConfigOp(
            new ConfigEntry(
                TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, String.valueOf(Long.MAX_VALUE)),
            AlterConfigOp.OpType.SET);
    try (Admin admin = admins.get()) {
      for (String topic : List.of(topics.commands(), topics.outcomes(), topics.controls())) {
        admin
            .incrementalAlterConfigs(
                Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(noLimit)))
            .all()
            .get();
      }
    } catch (ExecutionException e) {
      throw new KafkaException("the limit of future timestamps cannot be lifted", e.getCause());
    }
  }
}
