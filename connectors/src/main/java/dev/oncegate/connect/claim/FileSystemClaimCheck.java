package dev.oncegate.connect.claim;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps answers as files of a directory, such as a mounted volume that all workers and all readers
 * share. A file is named by what is in it, and appears whole or not at all.
 */
public final class FileSystemClaimCheck implements ClaimCheck {
  /** Where the files go; must be there. */
  public static final String DIRECTORY = "claim.check.directory";

  /** What stands in result_uri before the name of the file; default: the directory's file: URI. */
  public static final String BASE_URI = "claim.check.base.uri";

  private static final Logger LOG = LoggerFactory.getLogger(FileSystemClaimCheck.class);

  private @Nullable Path directory;
  private @Nullable URI base;

  @Override
  public void configure(Map<String, ?> settings) {
    Object path = settings.get(DIRECTORY);
    if (path == null || path.toString().isBlank()) {
      throw new ConfigException(DIRECTORY, path, "a directory is expected");
    }
    try {
      directory = Path.of(path.toString()).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new ConfigException(DIRECTORY, path, "a directory is expected");
    }
    if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
      throw new ConfigException(
          DIRECTORY, path, "no directory, or not writable; make it on every worker");
    }
    Object uri = settings.get(BASE_URI);
    base = uri == null ? directory.toUri() : baseUri(uri.toString());
  }

  private static URI baseUri(String text) {
    try {
      return URI.create(text.endsWith("/") ? text : text + "/");
    } catch (IllegalArgumentException e) {
      throw new ConfigException(BASE_URI, text, "a URI is expected");
    }
  }

  @Override
  public Deposit open(String actionId, int attempt) throws IOException {
    if (directory == null || base == null) {
      throw new IllegalStateException("not configured");
    }
    return new FileDeposit(directory, base, actionId + "-" + attempt);
  }

  private static final class FileDeposit implements Deposit {
    private final Path directory;
    private final URI base;
    private final String name;
    private final Path unfinished;
    private final FileChannel file;
    private final MessageDigest digest;

    FileDeposit(Path directory, URI base, String name) throws IOException {
      this.directory = directory;
      this.base = base;
      this.name = name;
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
      // No temporary file of Java's: only its owner could read that.
      unfinished = directory.resolve(name + "-" + UUID.randomUUID() + ".part");
      file = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      digest.update(bytes.duplicate());
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    }

    @Override
    public URI complete() throws IOException {
      file.force(true);
      file.close();
      String whole = name + "-" + HexFormat.of().formatHex(digest.digest());
      Files.move(
          unfinished,
          directory.resolve(whole),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      // Without it the name may be lost in a crash of the machine, after the outcome was told.
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
      return base.resolve(whole);
    }

    @Override
    public void abort() {
      try {
        file.close();
        Files.deleteIfExists(unfinished);
      } catch (IOException e) {
        LOG.warn("Could not remove the unfinished {}", unfinished, e);
      }
    }
  }
}
