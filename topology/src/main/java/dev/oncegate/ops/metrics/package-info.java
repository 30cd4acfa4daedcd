/** What the gate counts and measures, as a page for Prometheus. */
@NullMarked
package dev.oncegate.ops.metrics;

import org.jspecify.annotations.NullMarked;
