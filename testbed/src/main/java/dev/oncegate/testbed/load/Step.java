package dev.oncegate.testbed.load;

/**
 * A delivery, and when it comes.
 *
 * @param after how many deliveries of other runs come before it at least, where these have any; 0:
 *     it follows at once on the one before it in the run
 */
record Step(Delivery delivery, long after) {}
