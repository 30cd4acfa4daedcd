package dev.oncegate.testbed.demo;

import java.time.Duration;
import java.util.List;

/**
 * All that the live view shows at one moment.
 *
 * @param events oldest first
 */
public record Scene(
    Stage stage, Duration elapsed, List<AgentLine> agents, Totals totals, List<Event> events) {}
