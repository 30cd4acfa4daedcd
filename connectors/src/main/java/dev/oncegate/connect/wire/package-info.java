/** Records from and to Kafka. */
@NullMarked
package dev.oncegate.connect.wire;

import org.jspecify.annotations.NullMarked;
