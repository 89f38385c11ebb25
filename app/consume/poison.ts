/**
 * From this receive on, every error counts as poison: the aggregate is blocked and the messages behind the failing one are
 * acknowledged, two receives before the queue's `maxReceiveCount` would move them to the dead-letter queue with it. Each further
 * receive tries the event again.
 */
export const poisonFromReceive = 3
