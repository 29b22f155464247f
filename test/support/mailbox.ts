import { Mailbox as TestMailbox } from '../../src/testing/mailbox.js';

/** Longer than anything a test waits for takes on a busy machine, shorter than vitest's bound. */
export const PATIENCE = 20_000;

/** A mailbox with the patience of these tests. */
export class Mailbox<T> extends TestMailbox<T> {
  constructor(show: (item: T) => string, patience = PATIENCE) {
    super(show, patience);
  }
}
