package dev.oncegate.testbed.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The REST API of a Connect worker. Safe for use by several threads. */
public final class ConnectRest {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_TIMEOUT)
          .build();

  ConnectRest(URI base) {
    this.base = base;
  }

  /**
   * How a connector and its tasks are doing.
   *
   * @param connector its state, such as RUNNING
   * @param tasks their states
   * @param traces why those that failed did
   */
  public record Status(String connector, List<String> tasks, List<String> traces) {
    /** Whether it and at least one task run, and nothing has failed. */
    public boolean isRunning() {
      return connector.equals("RUNNING")
          && !tasks.isEmpty()
          && tasks.stream().allMatch("RUNNING"::equals);
    }

    /** Whether it or one of its tasks has failed. */
    public boolean hasFailed() {
      return connector.equals("FAILED") || tasks.contains("FAILED");
    }
  }

  boolean isHealthy() {
    try {
      return send("GET", "/health", BodyPublishers.noBody()).statusCode() == 200;
    } catch (StackException e) {
      return false;
    }
  }

  /**
   * Makes a connector, or changes its configuration.
   *
   * @throws StackException where it is refused
   */
  public void put(String connector, Map<String, String> config) {
    call("PUT", "/connectors/%s/config".formatted(connector), config);
  }

  /**
   * Makes a connector from a file as {@code POST /connectors} takes it, or changes it.
   *
   * @param changes go before what the file says
   * @return its name
   * @throws StackException where it is refused
   */
  public String put(Path file, Map<String, String> changes) {
    try {
      JsonNode whole = JSON.readTree(Files.readAllBytes(file));
      Map<String, String> config =
          JSON.convertValue(
              whole.get("config"),
              JSON.getTypeFactory().constructMapType(TreeMap.class, String.class, String.class));
      config.putAll(changes);
      put(whole.get("name").asText(), config);
      return whole.get("name").asText();
    } catch (IOException e) {
      throw new StackException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  /** The status of a connector; none while the worker does not know it yet. */
  public @Nullable Status status(String connector) {
    HttpResponse<String> answer =
        send("GET", "/connectors/%s/status".formatted(connector), BodyPublishers.noBody());
    if (answer.statusCode() != 200) {
      return null;
    }
    JsonNode status = json(answer.body());
    List<String> tasks = new ArrayList<>();
    List<String> traces = new ArrayList<>();
    addTrace(status.get("connector"), traces);
    for (JsonNode task : status.get("tasks")) {
      tasks.add(task.get("state").asText());
      addTrace(task, traces);
    }
    return new Status(status.at("/connector/state").asText(), tasks, traces);
  }

  private static void addTrace(JsonNode part, List<String> traces) {
    if (part.has("trace")) {
      traces.add(part.get("trace").asText());
    }
  }

  /**
   * What is wrong with a configuration.
   *
   * @param plugin simple or full name of the connector's class
   * @return the errors of each setting that has any
   */
  public Map<String, List<String>> validate(String plugin, Map<String, String> config) {
    JsonNode answer =
        call("PUT", "/connector-plugins/%s/config/validate".formatted(plugin), config);
    Map<String, List<String>> errors = new TreeMap<>();
    for (JsonNode setting : answer.get("configs")) {
      List<String> ofSetting = new ArrayList<>();
      setting.at("/value/errors").forEach(error -> ofSetting.add(error.asText()));
      if (!ofSetting.isEmpty()) {
        errors.put(setting.at("/value/name").asText(), ofSetting);
      }
    }
    return errors;
  }

  /** The names of the connectors that can be made: classes. */
  public List<String> plugins() {
    List<String> classes = new ArrayList<>();
    call("GET", "/connector-plugins", null)
        .forEach(plugin -> classes.add(plugin.get("class").asText()));
    return classes;
  }

  /** Ends the tasks of a connector; its offsets stay and can be changed. */
  public void stop(String connector) {
    call("PUT", "/connectors/%s/stop".formatted(connector), null);
  }

  /** Starts the tasks of a connector that was stopped. */
  public void resume(String connector) {
    call("PUT", "/connectors/%s/resume".formatted(connector), null);
  }

  /** Starts what has failed of a connector again, itself or its tasks; the worker never does. */
  public void restartFailed(String connector) {
    call(
        "POST",
        "/connectors/%s/restart?includeTasks=true&onlyFailed=true".formatted(connector),
        null);
  }

  /** Forgets how far a connector that is stopped has come: it begins again. */
  public void forgetOffsets(String connector) {
    call("DELETE", "/connectors/%s/offsets".formatted(connector), null);
  }

  /** Removes a connector. */
  public void delete(String connector) {
    call("DELETE", "/connectors/" + connector, null);
  }

  private JsonNode call(String method, String path, @Nullable Map<String, String> body) {
    HttpResponse<String> answer =
        send(
            method,
            path,
            body == null
                ? BodyPublishers.noBody()
                : BodyPublishers.ofString(JSON.valueToTree(body).toString()));
    if (answer.statusCode() >= 300) {
      throw new StackException(
          "Connect answered %s %s with %d: %s"
              .formatted(method, path, answer.statusCode(), answer.body()));
    }
    return json(answer.body());
  }

  private HttpResponse<String> send(String method, String path, BodyPublisher body) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(ANSWER_TIMEOUT)
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new StackException(
          "Connect does not answer %s %s: %s".formatted(method, path, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted while Connect was asked", e);
    }
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new StackException("Connect answered what is no JSON: " + body, e);
    }
  }
}
