package dev.oncegate.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * An image as {@code docker save} writes it.
 *
 * @param config what a container engine is told to run
 * @param layers the files of each layer, the base's first
 */
record SavedImage(JsonNode config, List<List<Entry>> layers) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param path from the root, without a slash in front
   * @param content of files in /app/gate and /etc only
   */
  record Entry(
      String path, int mode, long modified, boolean isFile, boolean isFolder, byte[] content) {
    boolean isWritableByAll() {
      return (mode & 0002) != 0;
    }

    /** As in /tmp: everybody may write, and remove only what is his own. */
    boolean isSticky() {
      return (mode & 01000) != 0;
    }

    boolean runsAsItsOwner() {
      return (mode & 06000) != 0;
    }
  }

  static SavedImage read(Path tar) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(tar))) {
      for (TarArchiveEntry file = in.getNextEntry(); file != null; file = in.getNextEntry()) {
        files.put(file.getName(), in.readAllBytes());
      }
    }
    JsonNode manifest = JSON.readTree(files.get("manifest.json")).get(0);
    List<List<Entry>> layers = new ArrayList<>();
    manifest.get("Layers").forEach(name -> layers.add(entries(files.get(name.asText()))));
    return new SavedImage(JSON.readTree(files.get(manifest.get("Config").asText())), layers);
  }

  List<Entry> entries() {
    return layers.stream().flatMap(List::stream).toList();
  }

  List<Entry> files() {
    return entries().stream().filter(Entry::isFile).toList();
  }

  String text(String path) {
    return entries().stream()
        .filter(entry -> entry.path().equals(path))
        .map(entry -> new String(entry.content(), StandardCharsets.UTF_8))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the image has no /" + path));
  }

  private static List<Entry> entries(byte[] layer) {
    List<Entry> entries = new ArrayList<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(layer)))) {
      for (TarArchiveEntry file = in.getNextEntry(); file != null; file = in.getNextEntry()) {
        String path = file.getName().replaceFirst("^[./]+", "");
        byte[] content =
            path.startsWith("app/gate/") || path.startsWith("etc/")
                ? in.readAllBytes()
                : new byte[0];
        entries.add(
            new Entry(
                path,
                file.getMode(),
                file.getLastModifiedTime().to(TimeUnit.SECONDS),
                !file.isDirectory() && !file.isSymbolicLink() && !file.isLink(),
                file.isDirectory(),
                content));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }
}
