package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL server as a child process, on loopback, with its data in one directory. Like the
 * stack's JVMs it ends when it is closed and when this process ends, however that ends. It asks for
 * no password, as the broker asks for none, and decodes its log for replication.
 */
public final class Postgres implements AutoCloseable {
  /** The option that chooses the port, as errors name it. */
  public static final String PORT_SETTING = "--postgres-port";

  private static final String USER = "oncegate";
  private static final Duration INIT_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

  private final ChildJvm process;
  private final Database database;

  private Postgres(ChildJvm process, Database database) {
    this.process = process;
    this.database = database;
  }

  /**
   * Starts a server; it answers after {@link #awaitReady}.
   *
   * @param directory its data, kept between starts, and its log file, postgres.log
   * @param port 0: any free one
   */
  public static Postgres start(Path directory, int port) {
    int chosen = Ports.choose(port, PORT_SETTING);
    Path programs = PostgresBinaries.unpacked().resolve("bin");
    Path data = directory.resolve("data").toAbsolutePath();
    if (!Files.exists(data)) {
      initialise(programs, directory, data);
    }
    List<String> line = new ArrayList<>(asOrdinaryUser());
    line.addAll(
        List.of(
            programs.resolve("postgres").toString(),
            "-D",
            data.toString(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "port=" + chosen,
            // Its path may be longer than a socket's may be.
            "-c",
            "unix_socket_directories="));
    return new Postgres(
        ChildJvm.startNative("PostgreSQL", Kept.line(line), directory.resolve("postgres.log")),
        new Database("127.0.0.1", chosen, "postgres", USER, ""));
  }

  /** Into another folder first, so that a folder data is always a whole one. */
  private static void initialise(Path programs, Path directory, Path data) {
    Path log = directory.resolve("initdb.log");
    List<String> line = new ArrayList<>(asOrdinaryUser());
    try {
      Files.createDirectories(directory);
      Path unfinished = Files.createTempDirectory(directory.toAbsolutePath(), "unfinished-");
      line.addAll(
          List.of(
              programs.resolve("initdb").toString(),
              "--pgdata=" + unfinished,
              "--username=" + USER,
              "--auth=trust",
              "--encoding=UTF8",
              "--locale=C",
              // For the outbox.
              "--set=wal_level=logical",
              "--no-instructions"));
      Process initdb =
          new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      if (!initdb.waitFor(INIT_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        initdb.destroyForcibly();
        throw new StackException(
            "initdb was not ready within %d s".formatted(INIT_TIMEOUT.toSeconds()));
      }
      if (initdb.exitValue() != 0) {
        throw new StackException(
            "initdb ended with exit code %d; it says:%n%s"
                .formatted(initdb.exitValue(), Files.readString(log)));
      }
      Files.move(unfinished, data);
    } catch (IOException e) {
      throw new StackException(
          "PostgreSQL's directory %s cannot be written: %s".formatted(directory, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted while PostgreSQL made its data directory", e);
    }
  }

  /** PostgreSQL refuses to run as root; in a user namespace of its own root is somebody else. */
  private static List<String> asOrdinaryUser() {
    return "root".equals(System.getProperty("user.name"))
        ? List.of("unshare", "--user")
        : List.of();
  }

  /**
   * Waits until clients are served.
   *
   * @param stop ends the waiting when it is complete, with a StoppedException
   */
  public void awaitReady(CompletableFuture<?> stop) {
    process.awaitReady(READY_TIMEOUT, () -> Ports.answers(database.port()) && serves(), stop);
  }

  private boolean serves() {
    try (Connection connection = database.connect()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  /** The database that is there from the start; its user may do everything. */
  public Database database() {
    return database;
  }

  /** Completes when the server has ended, whoever ended it, with what there is to say about it. */
  public CompletableFuture<StackException> ended() {
    return process.ended();
  }

  /** Ends all of the server's processes at once, as a failure of its machine would. */
  public void kill() {
    process.killAll();
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.close();
  }
}
