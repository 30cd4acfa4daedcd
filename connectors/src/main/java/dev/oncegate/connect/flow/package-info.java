/** Which effect is worked on when, and which offsets are done with: pure, without a clock. */
@NullMarked
package dev.oncegate.connect.flow;

import org.jspecify.annotations.NullMarked;
