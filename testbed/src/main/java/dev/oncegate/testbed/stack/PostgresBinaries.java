package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The programs of PostgreSQL, unpacked once beside the jar they come in: a zip with a tar.xz in it,
 * which neither Maven nor every system's tar can unpack.
 */
final class PostgresBinaries {
  private PostgresBinaries() {}

  /** The folder that holds bin, lib and share. Safe for use by several processes at once. */
  static Path unpacked() {
    return unpacked(BesideTheTestbed.postgresJar());
  }

  static Path unpacked(Path jar) {
    Path home = jar.resolveSibling(jar.getFileName().toString().replaceFirst("\\.jar$", ""));
    Path done = home.resolve("unpacked");
    try (FileChannel lock =
            FileChannel.open(
                jar.resolveSibling("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      // Marked last: what an interrupted unpacking left is unpacked again.
      if (held.isValid() && !Files.exists(done)) {
        unpack(jar, home);
        Files.createFile(done);
      }
      return home;
    } catch (IOException e) {
      throw new StackException("%s cannot be unpacked: %s".formatted(jar, e), e);
    }
  }

  private static void unpack(Path jar, Path home) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(jar))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith(".txz")) {
          untar(new XZCompressorInputStream(zip), home);
          return;
        }
      }
    }
    throw new IOException("no .txz in it");
  }

  private static void untar(InputStream bytes, Path home) throws IOException {
    TarArchiveInputStream tar = new TarArchiveInputStream(bytes);
    for (@Nullable TarArchiveEntry entry = tar.getNextEntry();
        entry != null;
        entry = tar.getNextEntry()) {
      Path file = home.resolve(entry.getName()).normalize();
      if (!file.startsWith(home)) {
        throw new IOException("an entry leads out of the archive: " + entry.getName());
      }
      if (entry.isDirectory()) {
        Files.createDirectories(file);
        continue;
      }
      Files.createDirectories(file.getParent());
      Files.deleteIfExists(file);
      if (entry.isSymbolicLink()) {
        Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
      } else if (entry.isLink()) {
        Files.createLink(file, home.resolve(entry.getLinkName()).normalize());
      } else {
        Files.copy(tar, file);
        makeExecutable(file, entry.getMode());
      }
    }
  }

  private static void makeExecutable(Path file, int mode) throws IOException {
    if ((mode & 0100) != 0) {
      Set<PosixFilePermission> permissions = new HashSet<>(Files.getPosixFilePermissions(file));
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
      Files.setPosixFilePermissions(file, permissions);
    }
  }
}
