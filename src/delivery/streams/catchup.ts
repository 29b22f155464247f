/** A connection that gets what it missed, while what comes for it meanwhile waits in its socket. */
export class Catchup {
  /** It has everything up to there. */
  after = 0;
  /** False when it has got all that it missed, and is ahead of this node. */
  isHolding = true;
  /** Offsets of the messages that wait. */
  private readonly held: number[] = [];

  hold(offset: number): void {
    this.held.push(offset);
  }

  /** What waited, and is not part of what it missed. */
  end(): readonly number[] {
    this.isHolding = false;
    return this.held.filter((offset) => offset > this.after);
  }
}
