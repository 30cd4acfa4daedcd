/** All that the gate tells of itself while it runs, put together. */
@NullMarked
package dev.oncegate.ops.telemetry;

import org.jspecify.annotations.NullMarked;
