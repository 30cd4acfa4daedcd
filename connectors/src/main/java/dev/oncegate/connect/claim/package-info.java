/**
 * Where answers go that are too large, or no text: kept elsewhere, and named by the outcome's
 * result_uri. {@link ClaimCheck} is what to implement for another place than the file system.
 */
@NullMarked
package dev.oncegate.connect.claim;

import org.jspecify.annotations.NullMarked;
