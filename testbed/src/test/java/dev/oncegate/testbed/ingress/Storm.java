package dev.oncegate.testbed.ingress;

import static us.abstracta.jmeter.javadsl.JmeterDsl.httpSampler;
import static us.abstracta.jmeter.javadsl.JmeterDsl.jtlWriter;
import static us.abstracta.jmeter.javadsl.JmeterDsl.synchronizingTimer;
import static us.abstracta.jmeter.javadsl.JmeterDsl.testPlan;
import static us.abstracta.jmeter.javadsl.JmeterDsl.threadGroup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.testbed.stack.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.http.entity.ContentType;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The same action posted by many clients of JMeter, which let go of their requests together. In a
 * process of its own: JMeter takes a JVM for its own.
 */
public final class Storm {
  private static final String FILE = "answers.jtl";
  private static final long TIMEOUT_S = 60;

  private Storm() {}

  /**
   * What one client was told.
   *
   * @param headers as they came, one a line
   */
  record Told(int status, String headers, JsonNode body) {}

  /**
   * Posts the action once from each client; returns when all were answered.
   *
   * @param directory takes JMeter's log of the answers
   */
  static List<Told> post(int clients, String url, String key, String action, Path directory)
      throws Exception {
    Files.createDirectories(directory);
    Path log = directory.resolve("jmeter.log");
    ChildJvm.Program program =
        new ChildJvm.Program(
            "JMeter",
            List.of("-Xmx256m", "-Djava.util.prefs.userRoot=" + directory),
            ChildJvm.ownClassPath(),
            Storm.class.getName(),
            List.of(String.valueOf(clients), url, key, action, directory.toString()),
            log);
    try (ChildJvm jmeter = ChildJvm.start(program)) {
      jmeter.ended().get(TIMEOUT_S, TimeUnit.SECONDS);
    }
    Path answers = directory.resolve(FILE);
    if (!Files.exists(answers)) {
      throw new IllegalStateException("JMeter has left no answers: " + Files.readString(log));
    }
    return read(answers);
  }

  private static List<Told> read(Path answers) throws Exception {
    NodeList samples =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(answers.toFile())
            .getElementsByTagName("httpSample");
    List<Told> told = new ArrayList<>();
    for (int i = 0; i < samples.getLength(); i++) {
      Element sample = (Element) samples.item(i);
      told.add(
          new Told(
              Integer.parseInt(sample.getAttribute("rc")),
              text(sample, "responseHeader"),
              new ObjectMapper().readTree(text(sample, "responseData"))));
    }
    return told;
  }

  private static String text(Element sample, String name) {
    return sample.getElementsByTagName(name).item(0).getTextContent();
  }

  /** In JMeter's process: clients, URL, key, action, folder for the answers. */
  public static void main(String[] args) throws IOException {
    testPlan(
            threadGroup(
                Integer.parseInt(args[0]),
                1,
                synchronizingTimer(),
                httpSampler(args[1])
                    .post(args[3], ContentType.APPLICATION_JSON)
                    .header("Idempotency-Key", "\"" + args[2] + "\"")),
            jtlWriter(args[4], FILE).withAllFields())
        .run();
    System.exit(0);
  }
}
