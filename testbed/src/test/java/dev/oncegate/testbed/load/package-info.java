@NullMarked
package dev.oncegate.testbed.load;

import org.jspecify.annotations.NullMarked;
