package dev.oncegate.testbed.upgrade;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;

/** A user's own RocksDB settings: other blocks, compression, format and filters than the gate's. */
public final class SmallBlocks implements RocksDBConfigSetter {
  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockSize(1024);
    table.setFilterPolicy(null);
    options.setTableFormatConfig(table);
    options.setCompressionType(CompressionType.ZSTD_COMPRESSION);
    options.setWriteBufferSize(64 * 1024);
  }

  @Override
  public void close(String storeName, Options options) {
    // Nothing is made here.
  }
}
