/** From an effect to the request that a tool gets: pure. */
@NullMarked
package dev.oncegate.connect.route;

import org.jspecify.annotations.NullMarked;
