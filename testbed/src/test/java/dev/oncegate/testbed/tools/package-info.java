@NullMarked
package dev.oncegate.testbed.tools;

import org.jspecify.annotations.NullMarked;
