package dev.oncegate.connect;

import dev.oncegate.connect.wire.Cluster;
import dev.oncegate.connect.wire.KafkaCluster;
import dev.oncegate.connect.wire.KafkaOutlet;
import dev.oncegate.connect.wire.Outlet;
import java.util.Map;

/** Connects a task with Kafka; a test does it in another way. */
interface Links {
  /** To the brokers that {@code kafka.*} names. */
  Links KAFKA =
      new Links() {
        @Override
        public Outlet outlet(Map<String, String> kafka, String clientId) {
          return KafkaOutlet.of(kafka, clientId);
        }

        @Override
        public Cluster cluster(Map<String, String> kafka, String clientId) {
          return KafkaCluster.of(kafka, clientId);
        }
      };

  /**
   * @param kafka settings of Kafka's clients, under their own names
   */
  Outlet outlet(Map<String, String> kafka, String clientId);

  /**
   * @param kafka settings of Kafka's clients, under their own names
   */
  Cluster cluster(Map<String, String> kafka, String clientId);
}
