/** What a user of Flink would write instead of a gate. */
@NullMarked
package dev.oncegate.flink;

import org.jspecify.annotations.NullMarked;
