/** What a gate does with state that another release, or other settings, have left. */
@NullMarked
package dev.oncegate.testbed.upgrade;

import org.jspecify.annotations.NullMarked;
