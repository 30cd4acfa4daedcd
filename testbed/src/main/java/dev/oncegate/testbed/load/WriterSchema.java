package dev.oncegate.testbed.load;

import dev.oncegate.schema.ActionCommand;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** With which version of the command's schema an agent writes: all fit each other both ways. */
enum WriterSchema {
  /** As this build writes. */
  CURRENT(ActionCommand.getClassSchema()),
  /** Of a time before some optional fields. */
  OLDER(without(List.of("compensation", "attempt_number", "correlation_id"))),
  /** Of a time with more optional fields. */
  NEWER(with(added("priority", Schema.create(Schema.Type.INT), 5)));

  private final Schema schema;

  WriterSchema(Schema schema) {
    this.schema = schema;
  }

  Schema schema() {
    return schema;
  }

  private static Schema without(List<String> fields) {
    return record(own().filter(field -> !fields.contains(field.name())));
  }

  private static Schema with(Schema.Field more) {
    return record(Stream.concat(own(), Stream.of(more)));
  }

  private static Schema.Field added(String name, Schema type, Object byDefault) {
    return new Schema.Field(name, type, "Of a later version.", byDefault);
  }

  private static Stream<Schema.Field> own() {
    return ActionCommand.getClassSchema().getFields().stream()
        .map(field -> new Schema.Field(field, field.schema()));
  }

  private static Schema record(Stream<Schema.Field> fields) {
    Schema current = ActionCommand.getClassSchema();
    return Schema.createRecord(
        current.getName(), current.getDoc(), current.getNamespace(), false, fields.toList());
  }
}
