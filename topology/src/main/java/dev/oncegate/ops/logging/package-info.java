/** What the gate logs, as text or JSON, and of which record a line speaks. */
@NullMarked
package dev.oncegate.ops.logging;

import org.jspecify.annotations.NullMarked;
