/**
 * Kafka Connect beside the stack: a worker with the connectors of the module {@code connectors},
 * the database that they write to and read from, and the tools that they call.
 */
@NullMarked
package dev.oncegate.testbed.connect;

import org.jspecify.annotations.NullMarked;
