package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The chart's README lists all values; the list is made from the comments in values.yaml. */
class ReadmeTest {
  private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z][A-Za-z0-9]*):.*$");
  private static final Pattern COMMENT = Pattern.compile("^ *# ?(.*)$");
  private static final String START = "<!-- values: made from values.yaml -->\n";
  private static final String END = "<!-- end of values -->\n";

  /** The comment of each documented value, by its path. */
  private static Map<String, String> documented() {
    Map<String, String> comments = new LinkedHashMap<>();
    List<String> path = new ArrayList<>();
    List<String> comment = new ArrayList<>();
    for (String line : Module.textOf(Module.CHART.resolve("values.yaml")).lines().toList()) {
      Matcher text = COMMENT.matcher(line);
      Matcher key = KEY.matcher(line);
      if (text.matches()) {
        comment.add(text.group(1));
      } else if (key.matches()) {
        while (path.size() > key.group(1).length() / 2) {
          path.remove(path.size() - 1);
        }
        path.add(key.group(2));
        String whole = String.join(" ", comment);
        if (whole.startsWith("-- ")) {
          comments.put(String.join(".", path), whole.substring("-- ".length()));
        }
        comment.clear();
      } else {
        comment.clear();
      }
    }
    return comments;
  }

  private static JsonNode defaults() {
    return Module.yaml(Module.textOf(Module.CHART.resolve("values.yaml")));
  }

  private static JsonNode at(String path) {
    return defaults().at("/" + path.replace('.', '/'));
  }

  @Test
  void theListOfValuesIsUpToDate() {
    StringBuilder table = new StringBuilder("| value | default | |\n| --- | --- | --- |\n");
    documented()
        .forEach(
            (path, comment) ->
                table.append(
                    "| `%s` | `%s` | %s |\n"
                        .formatted(path, at(path).toString().replace("|", "\\|"), comment)));
    String readme = Module.textOf(Module.CHART.resolve("README.md"));
    int start = readme.indexOf(START) + START.length();
    int end = readme.indexOf(END);

    Module.assertIs(
        Module.CHART.resolve("README.md"),
        readme.substring(0, start) + "\n" + table + "\n" + readme.substring(end));
  }

  @Test
  void everyValueIsDocumented() {
    List<String> silent = new ArrayList<>();
    silent(defaults(), "", documented(), silent);

    assertThat(silent).isEmpty();
  }

  /** A value is documented itself or within something that is. */
  private static void silent(
      JsonNode node, String path, Map<String, String> documented, List<String> found) {
    if (documented.containsKey(path)) {
      return;
    }
    if (!node.isObject() || node.isEmpty()) {
      found.add(path);
      return;
    }
    node.properties()
        .forEach(
            e ->
                silent(
                    e.getValue(),
                    path.isEmpty() ? e.getKey() : path + "." + e.getKey(),
                    documented,
                    found));
  }

  @Test
  void theValuesInTheReadmesExamplesAreAccepted() {
    String readme = Module.textOf(Module.CHART.resolve("README.md"));
    Matcher example = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(readme);
    int examples = 0;
    while (example.find()) {
      examples++;
      JsonNode values = Module.yaml(example.group(1));
      assertThat(SchemaTest.validator().validate(values)).as(example.group(1)).isEmpty();
    }
    assertThat(examples).isPositive();
  }
}
