package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

class DamagedStateTest {
  @Test
  void itIsSeenHoweverDeepItLies() {
    Exception corrupt = rocksDb(Status.Code.Corruption);

    assertThat(DamagedState.isBehind(corrupt)).isTrue();
    assertThat(
            DamagedState.isBehind(
                new StreamsException(new ProcessorStateException("actions", corrupt))))
        .isTrue();
  }

  @Test
  void aFullDiskOrALockIsNoDamage() {
    assertThat(DamagedState.isBehind(new ProcessorStateException(rocksDb(Status.Code.IOError))))
        .isFalse();
    assertThat(DamagedState.isBehind(new ProcessorStateException("locked"))).isFalse();
    assertThat(DamagedState.isBehind(new ProcessorStateException(new RocksDBException("closed"))))
        .isFalse();
  }

  @Test
  void causesThatLeadInACircleAreNoDamage() {
    Exception inner = new KafkaException("inner");
    Exception outer = new KafkaException("outer", inner);
    inner.initCause(outer);

    assertThat(DamagedState.isBehind(outer)).isFalse();
  }

  private static RocksDBException rocksDb(Status.Code code) {
    return new RocksDBException(new Status(code, Status.SubCode.None, "told by RocksDB"));
  }
}
