/** Pages that reports are: what those of a torture and of a benchmark have in common. */
@NullMarked
package dev.oncegate.testbed.page;

import org.jspecify.annotations.NullMarked;
