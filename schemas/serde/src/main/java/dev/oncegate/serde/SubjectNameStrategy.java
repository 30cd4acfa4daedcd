package dev.oncegate.serde;

import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/**
 * Under which subject the schema of a record is registered; known by the names of Confluent's
 * classes.
 */
public enum SubjectNameStrategy {
  TOPIC_NAME("TopicNameStrategy"),
  RECORD_NAME("RecordNameStrategy"),
  TOPIC_RECORD_NAME("TopicRecordNameStrategy");

  private final String className;

  SubjectNameStrategy(String className) {
    this.className = className;
  }

  /** The simple class name, as configured. */
  public String className() {
    return className;
  }

  /** The subject of a record's schema. */
  public String subject(String topic, boolean isKey, Schema schema) {
    return switch (this) {
      case TOPIC_NAME -> topicSubject(topic, isKey);
      case RECORD_NAME -> schema.getFullName();
      case TOPIC_RECORD_NAME -> topic + "-" + schema.getFullName();
    };
  }

  /** The subject of a topic, as {@link #TOPIC_NAME} gives it. */
  static String topicSubject(String topic, boolean isKey) {
    return topic + (isKey ? "-key" : "-value");
  }

  static SubjectNameStrategy of(String key, String configured) {
    String simple = configured.substring(configured.lastIndexOf('.') + 1);
    for (SubjectNameStrategy strategy : values()) {
      if (strategy.className.equals(simple)) {
        return strategy;
      }
    }
    throw new ConfigException(
        key,
        configured,
        "allowed are TopicNameStrategy, RecordNameStrategy and TopicRecordNameStrategy");
  }
}
