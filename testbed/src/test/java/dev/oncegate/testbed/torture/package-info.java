@NullMarked
package dev.oncegate.testbed.torture;

import org.jspecify.annotations.NullMarked;
