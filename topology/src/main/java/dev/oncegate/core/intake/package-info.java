/**
 * Admits commands: validates them, canonicalises and hashes their arguments, derives their keys.
 * Pure.
 */
@NullMarked
package dev.oncegate.core.intake;

import org.jspecify.annotations.NullMarked;
