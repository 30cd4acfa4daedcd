@NullMarked
package dev.oncegate.testbed.bench;

import org.jspecify.annotations.NullMarked;
