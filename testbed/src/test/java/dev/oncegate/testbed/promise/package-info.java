/** The promise: the invariants hold on a real broker while instances come, go and die. */
@NullMarked
package dev.oncegate.testbed.promise;

import org.jspecify.annotations.NullMarked;
