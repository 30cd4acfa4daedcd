/** Tests of the chart: what it renders, what it refuses, and whether what it renders runs. */
@NullMarked
package dev.oncegate.helm;

import org.jspecify.annotations.NullMarked;
