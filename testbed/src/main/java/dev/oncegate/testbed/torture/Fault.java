package dev.oncegate.testbed.torture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fault and how it was survived.
 *
 * @param takeOverMs from its beginning until a command sent since was decided in every partition,
 *     while it lasted; null where that was not waited for
 * @param recoveryMs likewise, from when it had been put right
 * @param longestWaitMs the longest time that a command waited for its decision meanwhile
 * @param complaints what was not as it must be
 */
public record Fault(
    Mark mark,
    @Nullable Long takeOverMs,
    long recoveryMs,
    long longestWaitMs,
    List<String> complaints) {}
