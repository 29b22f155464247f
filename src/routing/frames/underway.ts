/**
 * Something that has had its effect in its order, and of which the outcome comes later: whoever
 * waits for their turn need not wait for that.
 */
export class Underway<T> {
  constructor(readonly outcome: Promise<T>) {}
}
