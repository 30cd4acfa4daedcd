/** What follows from the answer of a tool: pure, told the time and the chance. */
@NullMarked
package dev.oncegate.connect.policy;

import org.jspecify.annotations.NullMarked;
