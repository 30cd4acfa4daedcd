/** Admits commands: validates them, brings their arguments into canonical form, hashes them, derives their keys. Pure. */
@NullMarked
package dev.oncegate.core.intake;

import org.jspecify.annotations.NullMarked;
