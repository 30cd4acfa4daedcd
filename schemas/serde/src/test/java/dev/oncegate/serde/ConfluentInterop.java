package dev.oncegate.serde;

import static dev.oncegate.serde.Samples.TOPIC;
import static dev.oncegate.serde.Samples.command;
import static dev.oncegate.serde.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.FakeRegistry.Fault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * What the child process of {@link ConfluentInteropTest} runs, with Confluent's classes on its
 * class path.
 */
final class ConfluentInterop {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What is checked, in order. */
  static final Map<String, Check> CHECKS = new LinkedHashMap<>();

  static {
    CHECKS.put("theBytesAreTheSame", ConfluentInterop::theBytesAreTheSame);
    CHECKS.put("eachReadsWhatTheOtherWrote", ConfluentInterop::eachReadsWhatTheOtherWrote);
    CHECKS.put("theCallsAreTheSame", ConfluentInterop::theCallsAreTheSame);
    CHECKS.put("badBytesAreNotReadable", ConfluentInterop::badBytesAreNotReadable);
    CHECKS.put(
        "aRegistryInTroubleIsUnavailable", ConfluentInterop::aRegistryInTroubleIsUnavailable);
    CHECKS.put("aRefusalIsOne", ConfluentInterop::aRefusalIsOne);
    CHECKS.put("aPreparedSchemaNeedsNoRegistry", ConfluentInterop::aPreparedSchemaNeedsNoRegistry);
  }

  private ConfluentInterop() {}

  /** One of the checks: passes unless it throws. */
  interface Check {
    void run(FakeRegistry registry) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    for (Map.Entry<String, Check> check : CHECKS.entrySet()) {
      try (FakeRegistry registry = new FakeRegistry()) {
        check.getValue().run(registry);
        System.out.println("passed " + check.getKey());
      }
    }
    System.exit(0);
  }

  private static AvroSerdes ours(FakeRegistry registry, String... settings) {
    return AvroSerdes.of("oncegate", settings(registry.url(), settings));
  }

  private static AvroSerdes theirs(FakeRegistry registry, String... settings) {
    return AvroSerdes.of("confluent", settings(registry.url(), settings));
  }

  private static List<SpecificRecord> records() {
    List<SpecificRecord> records = new ArrayList<>(List.of(command()));
    AvroSerdesTest.SCHEMAS.forEach(schema -> records.add(ConfluentSerdes.smallest(schema)));
    return records;
  }

  private static String topicOf(SpecificRecord record) {
    return record.getSchema().getName();
  }

  private static void theBytesAreTheSame(FakeRegistry registry) {
    for (SpecificRecord record : records()) {
      byte[] expected = theirs(registry).serializer().serialize(topicOf(record), record);

      assertThat(ours(registry).serializer().serialize(topicOf(record), record))
          .isEqualTo(expected);
    }
    assertThat(ours(registry).serializer().serialize(TOPIC, null)).isNull();
    assertThat(theirs(registry).serializer().serialize(TOPIC, null)).isNull();
  }

  private static void eachReadsWhatTheOtherWrote(FakeRegistry registry) {
    for (SpecificRecord record : records()) {
      byte[] byThem = theirs(registry).serializer().serialize(topicOf(record), record);
      byte[] byUs = ours(registry).serializer().serialize(topicOf(record), record);

      assertThat(ours(registry).deserializer().deserialize(topicOf(record), byThem))
          .isEqualTo(record);
      assertThat(theirs(registry).deserializer().deserialize(topicOf(record), byUs))
          .isEqualTo(record);
    }
    assertThat(theirs(registry).deserializer().deserialize(TOPIC, null)).isNull();
  }

  /** Under every setting that changes what is asked. */
  private static void theCallsAreTheSame(FakeRegistry ignored) throws JsonProcessingException {
    List<String[]> variants =
        List.of(
            new String[] {},
            new String[] {
              "value.subject.name.strategy",
              "io.confluent.kafka.serializers.subject.RecordNameStrategy"
            },
            new String[] {
              "value.subject.name.strategy",
              "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy"
            },
            new String[] {"normalize.schemas", "true"},
            new String[] {"auto.register.schemas", "false"},
            new String[] {"auto.register.schemas", "false", "use.latest.version", "true"},
            new String[] {
              "basic.auth.credentials.source", "USER_INFO", "basic.auth.user.info", "u:p"
            },
            new String[] {
              "bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "t"
            });
    for (String[] variant : variants) {
      try (FakeRegistry one = new FakeRegistry();
          FakeRegistry other = new FakeRegistry()) {
        List<Call> byThem = calls(one, theirs(one, variant));
        List<Call> byUs = calls(other, ours(other, variant));

        // To read under use.latest.version, theirs also looks for the latest version's migration
        // rules; ours has none.
        int compared = Arrays.asList(variant).contains("use.latest.version") ? 2 : byThem.size();
        assertThat(byUs)
            .as(Arrays.toString(variant))
            .hasSize(2)
            .isEqualTo(byThem.subList(0, compared));
      }
    }
  }

  private record Call(String method, String path, Object body, String authorization) {}

  private static List<Call> calls(FakeRegistry registry, AvroSerdes serdes)
      throws JsonProcessingException {
    String schema = ActionCommand.getClassSchema().toString();
    for (String subject :
        List.of(TOPIC + "-value", "dev.oncegate.schema.ActionCommand", TOPIC + "-x")) {
      registry.register(subject, schema);
    }
    byte[] bytes = serdes.serializer().serialize(TOPIC, command());
    serdes.serializer().serialize(TOPIC, command());
    // Another client than the writer's: one that does not know the schema yet.
    registry.register("foreign", "\"string\"");
    byte[] foreign = bytes.clone();
    int id =
        registry.register(TOPIC + "-value", schema.replace("One delivery", "One single delivery"));
    foreign[4] = (byte) id;
    serdes.deserializer().deserialize(TOPIC, foreign);
    List<Call> calls = new ArrayList<>();
    for (FakeRegistry.Request request : registry.requests()) {
      Object body = request.body().isEmpty() ? "" : JSON.readTree(request.body());
      calls.add(
          new Call(
              request.method(), request.path(), body, String.valueOf(request.authorization())));
    }
    return calls;
  }

  private static void badBytesAreNotReadable(FakeRegistry registry) {
    byte[] valid = ours(registry).serializer().serialize(TOPIC, command());
    Deserializer<SpecificRecord> theirs = theirs(registry).deserializer();
    int string = registry.register("x", "\"string\"");
    int notOurs = registry.register("y", "{\"type\":\"record\",\"name\":\"Other\",\"fields\":[]}");
    List<byte[]> bad = new ArrayList<>();
    for (int length = 0; length < valid.length; length++) {
      bad.add(Arrays.copyOf(valid, length));
    }
    bad.add("{}".getBytes());
    bad.add(new byte[] {0, 0, 0, 99, 99, 0});
    bad.add(new byte[] {0, 0, 0, 0, (byte) string, 0});
    bad.add(new byte[] {0, 0, 0, 0, (byte) notOurs});
    for (byte[] bytes : bad) {
      assertThatThrownBy(() -> theirs.deserialize(TOPIC, bytes))
          .as(Arrays.toString(bytes))
          .isInstanceOf(RecordNotReadableException.class);
    }
  }

  private static void aRegistryInTroubleIsUnavailable(FakeRegistry registry) {
    byte[] valid = ours(registry).serializer().serialize(TOPIC, command());
    String[] settings = {"max.retries", "0", "http.read.timeout.ms", "200"};
    List<Fault> troubles =
        List.of(
            Fault.INTERNAL_ERROR,
            Fault.TOO_MANY_REQUESTS,
            Fault.NO_ANSWER,
            Fault.HALF_AN_ANSWER,
            Fault.NO_JSON);
    for (Fault fault : troubles) {
      registry.fail(fault);
      assertUnavailable(theirs(registry, settings), valid, fault);
    }
    registry.down();
    assertUnavailable(theirs(registry, settings), valid, Fault.NONE);
  }

  private static void assertUnavailable(AvroSerdes serdes, byte[] valid, Fault fault) {
    assertThatThrownBy(() -> serdes.deserializer().deserialize(TOPIC, valid))
        .as("reading, %s", fault)
        .isInstanceOf(RegistryUnavailableException.class);
    assertThatThrownBy(() -> serdes.serializer().serialize("new", command()))
        .as("writing, %s", fault)
        .isInstanceOf(RegistryUnavailableException.class);
  }

  private static void aRefusalIsOne(FakeRegistry registry) {
    byte[] valid = ours(registry).serializer().serialize(TOPIC, command());
    for (Fault fault : List.of(Fault.UNAUTHORIZED, Fault.NO_SUCH_PAGE)) {
      registry.fail(fault);
      assertThatThrownBy(() -> theirs(registry).deserializer().deserialize(TOPIC, valid))
          .as("reading, %s", fault)
          .isInstanceOf(RegistryException.class);
      assertThatThrownBy(() -> theirs(registry).serializer().serialize("new", command()))
          .as("writing, %s", fault)
          .isInstanceOf(RegistryException.class);
    }
  }

  private static void aPreparedSchemaNeedsNoRegistry(FakeRegistry registry)
      throws InterruptedException {
    AvroSerdes theirs = theirs(registry);
    for (Schema schema : AvroSerdesTest.SCHEMAS) {
      theirs.prepare(schema.getName(), schema);
    }
    registry.down();

    for (SpecificRecord record : records()) {
      assertThat(theirs.serializer().serialize(topicOf(record), record)).isNotEmpty();
    }
  }
}
