package dev.oncegate.connect;

import dev.oncegate.connect.config.ExecutorConfig;
import dev.oncegate.connect.config.Setup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/**
 * Executes effects: a sink that calls the HTTP endpoints of tools and publishes the outcomes. Each
 * task has a producer of its own; the partitions of the effects are spread over the tasks.
 */
public final class ToolExecutorConnector extends SinkConnector {
  /** Which task of the connector this is, from 0. Not for users. */
  static final String TASK = "oncegate.task";

  private Map<String, String> settings = Map.of();

  @Override
  public void start(Map<String, String> props) {
    Setup.of(props).mustBeRight();
    settings = Map.copyOf(props);
  }

  @Override
  public Class<? extends Task> taskClass() {
    return ToolExecutorTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return IntStream.range(0, maxTasks)
        .mapToObj(
            number -> {
              Map<String, String> task = new HashMap<>(settings);
              task.put(TASK, String.valueOf(number));
              return task;
            })
        .toList();
  }

  @Override
  public void stop() {}

  @Override
  public ConfigDef config() {
    return ExecutorConfig.DEFINITION;
  }

  /** Beside {@link #config}: the settings of each tool, and what does not fit together. */
  @Override
  public Config validate(Map<String, String> props) {
    return new Config(Setup.of(props).values());
  }

  @Override
  public String version() {
    return Version.get();
  }
}
