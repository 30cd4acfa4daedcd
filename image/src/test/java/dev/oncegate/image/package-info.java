/** Looks into the image that was built. */
@NullMarked
package dev.oncegate.image;

import org.jspecify.annotations.NullMarked;
