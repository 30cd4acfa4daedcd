/** Feeds the judge honest histories and spoilt ones. */
@NullMarked
package dev.oncegate.testbed.check;

import org.jspecify.annotations.NullMarked;
