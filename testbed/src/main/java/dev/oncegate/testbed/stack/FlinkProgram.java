package dev.oncegate.testbed.stack;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Flink job that the gate is measured beside, where its module is built. */
public final class FlinkProgram {
  private static final String MAIN = "dev.oncegate.flink.FlinkJob";

  private FlinkProgram() {}

  /**
   * The job's class path.
   *
   * @throws StackException saying how to build it where it is not there
   */
  public static List<Path> jars() {
    return BesideTheTestbed.flinkJars();
  }

  /**
   * Starts the job; it ends with this process.
   *
   * @param settings the job's file
   */
  public static ChildJvm start(Path settings, Path log) {
    List<String> flags = new ArrayList<>(List.of("-Xmx1g", "-XX:+UseG1GC", "-Dlog4j2.level=warn"));
    // What Flink's own start scripts open; its serialization needs it.
    Stream.of("java.lang", "java.util", "java.util.concurrent", "java.time", "java.nio", "java.net")
        .map(name -> "--add-opens=java.base/%s=ALL-UNNAMED".formatted(name))
        .forEach(flags::add);
    try {
      List<Path> classPath = new ArrayList<>(jars());
      classPath.add(ChildJvm.copyOfChild(log.toAbsolutePath().getParent()));
      return ChildJvm.start(
          new ChildJvm.Program(
              "Flink",
              flags,
              classPath.stream()
                  .map(Path::toString)
                  .collect(Collectors.joining(File.pathSeparator)),
              MAIN,
              List.of(settings.toString()),
              log));
    } catch (IOException e) {
      throw new StackException("Flink's class path cannot be laid out: " + e, e);
    }
  }
}
