package dev.oncegate.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.TimerStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * The changelogs of a gate, compacted, byte for byte, in the order of their last writes: all that a
 * later release finds of it.
 */
record RecordedState(List<Entry> entries) {
  static final Path FOLDER = Path.of("src", "released");
  private static final String FILE = "state.jsonl";
  private static final List<String> STORES =
      List.of(ActionStore.NAME, RunStore.NAME, TimerStore.NAME);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HexFormat HEX = HexFormat.of();

  /** What the key of a window store's changelog has behind the key: window start and a number. */
  private static final int WINDOW_BYTES = Long.BYTES + Integer.BYTES;

  /**
   * One entry of one store.
   *
   * @param key in hexadecimal digits, as is the value
   */
  record Entry(String store, String key, String value) {}

  /** All versions that are recorded, oldest first. */
  static List<String> versions() {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .sorted(Comparator.comparing(ModuleDescriptor.Version::parse))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the gate wrote to its changelogs since it was opened. */
  static RecordedState of(GateDriver gate) {
    Map<List<String>, Entry> last = new LinkedHashMap<>();
    for (String store : STORES) {
      List<TestRecord<byte[], byte[]>> changelog =
          gate.driver()
              .createOutputTopic(
                  "oncegate-%s-changelog".formatted(store),
                  new ByteArrayDeserializer(),
                  new ByteArrayDeserializer())
              .readRecordsToList();
      for (TestRecord<byte[], byte[]> record : changelog) {
        String key = HEX.formatHex(record.key());
        byte @Nullable [] value = record.value();
        last.remove(List.of(store, key));
        if (value != null) {
          last.put(List.of(store, key), new Entry(store, key, HEX.formatHex(value)));
        }
      }
    }
    return new RecordedState(List.copyOf(last.values()));
  }

  static RecordedState ofVersion(String version) {
    try (Stream<String> lines = Files.lines(FOLDER.resolve(version).resolve(FILE))) {
      return new RecordedState(lines.map(RecordedState::entryOf).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Entry entryOf(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      return new Entry(
          json.required("store").asText(),
          json.required("key").asText(),
          json.required("value").asText());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes it to the new folder of a version. */
  void write(String version) throws IOException {
    Path folder = Files.createDirectories(FOLDER).resolve(version);
    List<String> lines =
        entries.stream()
            .map(
                entry ->
                    JSON.createObjectNode()
                        .put("store", entry.store)
                        .put("key", entry.key)
                        .put("value", entry.value)
                        .toString())
            .toList();
    Files.write(Files.createDirectory(folder).resolve(FILE), lines);
  }

  /** Makes a state directory of it, as a restore would. */
  void restoreTo(Path folder) {
    GateDriver restored = GateDriver.open();
    TopologyTestDriver driver = restored.driver();
    for (Entry entry : entries) {
      byte[] key = HEX.parseHex(entry.key);
      byte[] value = HEX.parseHex(entry.value);
      if (entry.store.equals(ActionStore.NAME)) {
        int length = key.length - WINDOW_BYTES;
        driver
            .<byte[], byte[]>getWindowStore(entry.store)
            .put(Arrays.copyOf(key, length), value, ByteBuffer.wrap(key, length, 8).getLong());
      } else {
        driver.<byte[], byte[]>getKeyValueStore(entry.store).put(key, value);
      }
    }
    driver.getAllStateStores().values().forEach(store -> store.commit(Map.of()));
    restored.stopAndKeepState(folder);
  }
}
