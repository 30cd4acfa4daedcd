/**
 * Knows each action: whether it was seen, what became of it, and so what a further command of it
 * gets. Pure.
 */
@NullMarked
package dev.oncegate.core.ledger;

import org.jspecify.annotations.NullMarked;
