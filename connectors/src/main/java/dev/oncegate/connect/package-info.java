/**
 * The tool executor, a sink connector: takes effects, calls the tools' HTTP endpoints, publishes
 * the outcomes.
 */
@NullMarked
package dev.oncegate.connect;

import org.jspecify.annotations.NullMarked;
