@NullMarked
package dev.oncegate.testbed.simulate;

import org.jspecify.annotations.NullMarked;
