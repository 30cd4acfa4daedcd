package dev.oncegate.gate.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntryFilesTest {
  private static final long MEMORY_BYTES = 16 * 1024 * 1024;
  private static final int BATCHES = 20;

  /** More than are left where entries are looked up, fewer than where they are only written. */
  private static final int SOME_TABLES = 6;

  private static final int ENTRIES = 1_000;
  private static final int VALUE_BYTES = 1_000;

  @TempDir private File folder;
  private final Random random = new Random(1);

  @Test
  void whatIsOnlyWrittenIsMergedAtTheFirstLookUp() {
    try (EntryFiles files = EntryFiles.open(folder, MEMORY_BYTES)) {
      files.expectOnlyWrites();
      for (int batch = 0; batch < BATCHES; batch++) {
        write(files, batch);
      }
      awaitRest(files);
      assertThat(tables()).isGreaterThan(SOME_TABLES);

      assertThat(files.get(key(0), 0)).hasSize(VALUE_BYTES);

      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> tables() <= SOME_TABLES);
      for (int number = 0; number < BATCHES * ENTRIES; number += 997) {
        assertThat(files.get(key(number), 0)).hasSize(VALUE_BYTES);
      }
    }
  }

  private static void awaitRest(EntryFiles files) {
    Awaitility.await()
        .until(
            () ->
                Stream.of(
                        "rocksdb.mem-table-flush-pending",
                        "rocksdb.num-running-flushes",
                        "rocksdb.compaction-pending",
                        "rocksdb.num-running-compactions")
                    .allMatch(property -> files.sumOf(property) == 0));
  }

  private void write(EntryFiles files, int batch) {
    try (EntryFiles.Batch entries = files.new Batch()) {
      for (int i = 0; i < ENTRIES; i++) {
        byte[] value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        entries.add(new RecentEntries.Entry(key(batch * ENTRIES + i), 0, value));
      }
      entries.write(Map.of());
    }
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(Integer.reverse(number)).array();
  }

  private long tables() {
    try (Stream<Path> files = Files.list(folder.toPath())) {
      return files.filter(file -> file.toString().endsWith(".sst")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
