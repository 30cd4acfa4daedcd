package dev.oncegate.core.guard;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of a run's circuit, with its evidence.
 *
 * @param circuit the circuit after the change
 * @param trip the limit that was reached; null where the cause is no limit
 * @param call the call that caused the change; null where none did
 * @param lastCalls the run's last calls, oldest first
 */
public record CircuitChange(
    Circuit circuit,
    Circuit.Cause cause,
    @Nullable Trip trip,
    @Nullable Call call,
    List<RecentCall> lastCalls) {}
