/** The executor at work: what is pure meets the clock, the tools and Kafka. */
@NullMarked
package dev.oncegate.connect.run;

import org.jspecify.annotations.NullMarked;
