/** A span for each decision, exported by OTLP. */
@NullMarked
package dev.oncegate.ops.tracing;

import org.jspecify.annotations.NullMarked;
