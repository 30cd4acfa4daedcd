@NullMarked
package dev.oncegate.testbed.agents;

import org.jspecify.annotations.NullMarked;
