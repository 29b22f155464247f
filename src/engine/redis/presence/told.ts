import type { PresenceEvent } from './presence-events.js';

/** With which data a node was last in contact before that was lost, and when by its own clock. */
export interface LastContact {
  readonly epoch: string;
  readonly sent: number;
}

/** What others had been told before the data was lost, as far as its last contact. */
export interface Claim extends PresenceEvent, LastContact {}

interface Emitted extends PresenceEvent {
  /** When, by this node's clock. */
  readonly at: number;
}

/** Its connection is being placed. */
const PLACING = Infinity;
/** It is placed, and Redis has yet to find out whether others have heard that it is online. */
const UNSETTLED = Number.MAX_SAFE_INTEGER;

/**
 * Of which uids of a shard others have heard that they are online, as far as only this node may
 * know it: should Redis lose its data, nodes claim what they know, and what is told then follows
 * from what was told before.
 *
 * A uid that has a connection here is taken to be told, unless it is among the `unsure`.
 */
export class Told {
  /** The highest step that Redis has answered. */
  seq = 0;
  /** All events of an earlier step were emitted, whichever node had to. */
  private heard = 0;
  /** Uids with a connection here, and the step of their event, which may not be emitted yet. */
  private readonly unsure = new Map<string, number>();
  /** Uids that others believe to be online, whose last connection here has gone, and as of when. */
  private readonly gone = new Map<string, number>();
  /** What this node has told, for as long as another one may know less. */
  private readonly emitted = new Map<string, Emitted>();
  /** What was told before Redis lost its data, until it is settled what follows from it. */
  private readonly claimed = new Map<string, Claim>();
  /** The step as of which everything is settled; undefined while it is not. */
  private settled: number | undefined;

  constructor(
    private readonly isHere: (uid: string) => boolean,
    /** Milliseconds for which to keep what was emitted. */
    private readonly memory: number,
  ) {}

  /** Its first connection here has come, of which Redis does not know. */
  came(uid: string): void {
    this.unsure.set(uid, PLACING);
  }

  /** Redis has placed a connection: it is online as of that step, or -1 while that is not settled. */
  placed(uid: string, at: number): void {
    if (!this.unsure.has(uid)) return;
    if (at < 0) this.unsure.set(uid, UNSETTLED);
    else if (at < this.heard || this.emitted.get(uid)?.seq === at) this.unsure.delete(uid);
    else this.unsure.set(uid, at);
  }

  /** A connection has gone, which Redis may not know. */
  went(uid: string): void {
    if (this.isHere(uid)) return;
    if (this.isTold(uid)) this.gone.set(uid, this.seq);
    this.unsure.delete(uid);
  }

  /** Redis knows that no connection of the uid is here, and has decided what follows. */
  over(uid: string): void {
    this.gone.delete(uid);
  }

  /** All that has gone is over, but these. */
  allOver(but: ReadonlySet<string>): void {
    for (const uid of this.gone.keys()) if (!but.has(uid)) this.gone.delete(uid);
  }

  /** This node emits it. */
  note(event: PresenceEvent): void {
    const { uid, seq } = event;
    if (seq > (this.emitted.get(uid)?.seq ?? 0)) {
      this.emitted.set(uid, { ...event, at: performance.now() });
    }
    if (event.online && this.unsure.get(uid) === seq) this.unsure.delete(uid);
    if (!event.online) this.gone.delete(uid);
  }

  /** What Redis says of its steps with each answer. */
  answered(seq: number, heard: number): void {
    this.seq = Math.max(this.seq, seq);
    this.heard = heard;
  }

  /** What it says of a loss with each beat. Forgets what needs not be known any more. */
  beaten(isSettled: boolean): void {
    if (!isSettled) this.settled = undefined;
    else this.settled ??= this.seq;
    for (const [uid, at] of this.unsure) this.look(uid, at);
    const old = performance.now() - this.memory;
    for (const [uid, { at, seq }] of this.emitted) {
      if (seq < this.heard && at < old) this.emitted.delete(uid);
    }
    if (this.settled !== undefined && this.settled < this.heard) this.claimed.clear();
  }

  /** Others have cleaned up after this node: nobody knows what of its uids was told last. */
  doubt(held: Iterable<string>): void {
    for (const uid of held) this.unsure.set(uid, PLACING);
    this.gone.clear();
  }

  /** Redis has lost its data. Answers what this node knows of what was told. */
  claim(held: Iterable<string>, contact: LastContact): readonly Claim[] {
    for (const uid of held) {
      if (this.isTold(uid)) this.keep({ uid, online: true, seq: this.seq, ...contact });
      this.unsure.set(uid, PLACING);
    }
    for (const [uid, seq] of this.gone) this.keep({ uid, online: true, seq, ...contact });
    for (const { uid, online, seq } of this.emitted.values()) {
      this.keep({ uid, online, seq, ...contact });
    }
    this.gone.clear();
    this.settled = undefined;
    return [...this.claimed.values()];
  }

  private isTold(uid: string): boolean {
    const at = this.unsure.get(uid);
    return at === undefined || at < this.heard;
  }

  private keep(claim: Claim): void {
    const known = this.claimed.get(claim.uid);
    if (known === undefined || known.seq < claim.seq) this.claimed.set(claim.uid, claim);
  }

  private look(uid: string, at: number): void {
    if (at < this.heard || !this.isHere(uid)) this.unsure.delete(uid);
    else if (at === UNSETTLED && this.settled !== undefined) this.unsure.set(uid, this.settled);
  }
}
