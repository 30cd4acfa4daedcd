package dev.oncegate.testbed.bench;

import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/** Something that reads all commands of a topic and lets each action have its effect once. */
interface Contender {
  /** As it is called in reports. */
  String name();

  /** What it does with a command, in a sentence. */
  String words();

  /**
   * Whether it is given a tenth of the commands, for it needs so much longer: its rate is that of
   * fewer known keys, which favours it.
   */
  default boolean isGivenFew() {
    return false;
  }

  /** The topic with its answers. */
  default String answers(Course course) {
    return course.config().applicationId() + "-answers";
  }

  /** The topic with its effects. */
  default String effects(Course course) {
    return course.config().applicationId() + "-effects";
  }

  /**
   * How many records there must be on the topic of its answers when it is done: one for each
   * command and for each outcome that it takes, unless it says otherwise.
   *
   * @param actions how many different ones there are among the commands
   */
  default long answersTo(Workload workload, int actions) {
    return workload.commands() + (takesOutcomes() && workload.isAnswered() ? actions : 0);
  }

  /** Makes the topics that it writes to, and whatever else must be there before it starts. */
  default void prepare(Course course, Admin admin) {
    Stream.of(answers(course), effects(course))
        .distinct()
        .forEach(topic -> course.create(admin, topic));
  }

  /** Whether it takes outcomes, so that an executor can answer its effects. */
  default boolean takesOutcomes() {
    return false;
  }

  /** Whether its effects must be one for each action. */
  default boolean isOnce() {
    return true;
  }

  /** Starts from the first command, in the group that has the name of the application. */
  Running start(Course course);

  /** Closing it stops it. */
  interface Running extends AutoCloseable {
    /**
     * @throws RuntimeException where it has failed and will not go on
     */
    default void check() {}

    @Override
    void close();
  }
}
