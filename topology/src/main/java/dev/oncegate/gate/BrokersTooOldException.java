package dev.oncegate.gate;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * The cluster's transactions are older than transaction.version 2 (KIP-890): a late request of a
 * producer that was fenced could end up in the next transaction, and a command be answered twice.
 */
public final class BrokersTooOldException extends KafkaException {
  private static final String FEATURE = "transaction.version";
  private static final short NEEDED = 2;

  private BrokersTooOldException(short found) {
    super(
        "The cluster has %s=%d; the gate needs %d or more (brokers 4.0 or later, then: kafka-features.sh --bootstrap-server HOST:PORT upgrade --feature %s=%d)."
            .formatted(FEATURE, found, NEEDED, FEATURE, NEEDED));
  }

  static void check(Admin admin) {
    try {
      Map<String, FinalizedVersionRange> features =
          admin.describeFeatures().featureMetadata().get().finalizedFeatures();
      FinalizedVersionRange found = features.get(FEATURE);
      short version = found == null ? 0 : found.maxVersionLevel();
      if (version < NEEDED) {
        throw new BrokersTooOldException(version);
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnsupportedVersionException) {
        throw new BrokersTooOldException((short) 0);
      }
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    }
  }
}
