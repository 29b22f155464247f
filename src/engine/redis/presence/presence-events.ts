import type { NodeHandler } from '../../node-handler.js';
import type { Script } from '../scripts/index.js';
import type { Shard } from '../servers/shard.js';
import type { Told } from './told.js';

/** A uid came online or went offline. */
export interface PresenceEvent {
  readonly uid: string;
  readonly online: boolean;
  /** The step of Redis that decided it: grows with each event of the uid. */
  readonly seq: number;
}

/** What a script has decided. */
export interface Decision {
  /** What it answers beside the steps and the events. */
  readonly reply: readonly unknown[];
  readonly contact: Contact;
  /** The highest step that was taken. */
  readonly seq: number;
  /** All events of an earlier step were emitted, whichever node had to. */
  readonly heard: number;
  /** Emits the events. To be called once. */
  readonly announce: () => void;
}

/** A call that Redis has accepted. */
export interface Contact {
  readonly call: number;
  /** When it was sent, by this node's clock, and when its answer came. */
  readonly sent: number;
  readonly received: number;
}

/** Redis has refused a call: the node is to begin with a beat, and to say again what it holds. */
export class Refused extends Error {}

/** What every script answers that was not refused. */
type Answer = [seq: number, heard: number, events: string[], ...reply: unknown[]];

/** As in `unheard`: the node, the number of its call, the events. */
type Entry = [node: string, call: number, events: string[]];

/**
 * Events from the step of Redis that decides them until they are emitted here, each once. Redis
 * keeps them until this node has said that it emitted them: so the answer to a call may get lost.
 */
export class PresenceEvents {
  private lastCall = 0;
  /** Calls that were not dealt with yet, and those whose events Redis may not know to be emitted. */
  private readonly inHand = new Map<number, 'asked' | 'emitted'>();

  constructor(
    private readonly shard: Pick<Shard, 'names' | 'run' | 'send'>,
    private readonly node: Pick<NodeHandler, 'node' | 'presenceChanged'>,
    private readonly told: Pick<Told, 'note'>,
    /** Milliseconds after a call in which nobody takes this node for dead. */
    private readonly lease: number,
  ) {}

  /**
   * Runs a script that may decide events, with the node and the number of the call before `args`.
   *
   * @throws Refused when Redis refuses it
   */
  async decide(script: Script, args: readonly string[]): Promise<Decision> {
    const call = ++this.lastCall;
    const sent = performance.now();
    this.inHand.set(call, 'asked');
    try {
      const answer = await this.shard.run(script, [this.node.node, String(call), ...args]);
      const contact = { call, sent, received: performance.now() };
      if ((answer as unknown[]).length === 0) {
        throw new Refused('this node has to say again what it holds');
      }
      const [seq, heard, texts, ...reply] = answer as Answer;
      if (texts.length === 0) this.inHand.delete(call);
      const announce = this.take(call, texts, sent);
      return { contact, seq, heard, reply, announce };
    } catch (error) {
      this.inHand.delete(call);
      throw error;
    }
  }

  /** Emits what was decided in calls whose answer was lost; answers whether there was any. */
  async announceMissed(): Promise<boolean> {
    const sent = performance.now();
    const kept = await this.shard.send(['ZRANGE', this.shard.names.unheard, '0', '-1']);
    const entries = (kept as string[]).map((one) => JSON.parse(one) as Entry);
    const ours = entries.filter(([node]) => node === this.node.node);
    const missed = ours.filter(([, call]) => !this.inHand.has(call));
    for (const [, call, texts] of ours) {
      if (this.inHand.get(call) === 'emitted') this.acknowledge(call, texts.map(eventOf));
    }
    for (const [, call, texts] of missed) this.take(call, texts, sent)();
    return missed.length > 0;
  }

  /** Answers how to emit them; from now on that is this node's to do. */
  private take(call: number, texts: readonly string[], known: number): () => void {
    if (texts.length === 0) return NOTHING;
    this.inHand.set(call, 'asked');
    const events = texts.map(eventOf);
    if (this.isOurs(known)) for (const event of events) this.told.note(event);
    return () => this.announce(call, events, known);
  }

  private announce(call: number, events: readonly PresenceEvent[], known: number): void {
    if (!this.isOurs(known)) {
      // Whoever took this node for dead may have emitted them in its place: the next beat asks.
      this.inHand.delete(call);
      return;
    }
    this.inHand.set(call, 'emitted');
    for (const event of events) {
      this.told.note(event);
      this.node.presenceChanged(event.uid, event.online, event.seq);
    }
    this.acknowledge(call, events);
  }

  /** Nobody can have emitted in the place of this node what it knows since then. */
  private isOurs(known: number): boolean {
    return performance.now() - known < this.lease / 2;
  }

  /** Redis need not keep them. Should that get lost as well, it is said again when it is back. */
  private acknowledge(call: number, [{ seq }]: readonly PresenceEvent[]): void {
    const { unheard } = this.shard.names;
    this.shard.send(['ZREMRANGEBYSCORE', unheard, String(seq), String(seq)]).then(
      () => this.inHand.delete(call),
      () => undefined,
    );
  }
}

const NOTHING = (): void => undefined;

/** `+<step> <uid>` or `-<step> <uid>`. */
function eventOf(text: string): PresenceEvent {
  const space = text.indexOf(' ');
  const [online, seq] = [text[0] === '+', Number(text.slice(1, space))];
  return { uid: text.slice(space + 1), online, seq };
}
