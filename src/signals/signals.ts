import { OTHER, Tally } from './tally.js';

/** Labels of a tally; far more than the module has of any kind. */
const MAX_LABELS = 64;

/** What happened on a node since it started: numbers that only grow, by label where there is one. */
export interface Figures {
  /** WebSockets that were accepted, whoever they turned out to be. */
  readonly socketsOpened: number;
  /** The same when they ended, by close code: those of RFC 6455, 4400 to 4599, `other`. */
  readonly socketsClosed: Readonly<Record<string, number>>;
  /** Upgrades that were answered with an HTTP status instead, by status. */
  readonly upgradesRefused: Readonly<Record<string, number>>;
  /** First messages: `accepted`, or the error code with which they were refused. */
  readonly logins: Readonly<Record<string, number>>;
  /** Messages that were sent from here, to however many: by clients, and by the server. */
  readonly messages: Readonly<Record<'client' | 'server', number>>;
  /** Messages handed to connections: one for each that gets it; `replayed`: that had missed it. */
  readonly deliveries: Readonly<Record<'live' | 'replayed', number>>;
  /** What reached nobody, by reason. */
  readonly drops: Readonly<Record<DropReason, number>>;
}

export type DropReason =
  /** Messages that are not retained, of whose receivers none was online. */
  | 'offline'
  /** Messages that could not be carried to other nodes. */
  | 'unavailable'
  /** Frames that waited for a client which reads too slowly, and was closed. */
  | 'slow'
  /** Frames that waited for a client which closed. */
  | 'closed';

/**
 * What the rooms of a node tell those who measure: an operator's view, metrics. Counting is an
 * increment of a number in one object, some nanoseconds, and nobody is called; who wants to know
 * reads the figures, as often as it likes, and takes the difference.
 *
 * Plain members, because every message touches them. The numbers stay exact up to 2^53, and are
 * changed in place beyond the 2^31 of small integers too.
 */
export class Signals {
  socketsOpened = 0;
  clientMessages = 0;
  serverMessages = 0;
  deliveries = 0;
  replayed = 0;
  droppedOffline = 0;
  droppedUnavailable = 0;
  readonly upgradesRefused = new Tally(MAX_LABELS);
  readonly logins = new Tally(MAX_LABELS);
  private readonly closes = new Tally(Infinity);
  private droppedSlow = 0;
  private droppedClosed = 0;

  socketClosed(code: number): void {
    this.closes.add(isKnownCode(code) ? String(code) : OTHER);
  }

  dropped(reason: 'slow' | 'closed', frames: number): void {
    if (reason === 'slow') this.droppedSlow += frames;
    else this.droppedClosed += frames;
  }

  read(): Figures {
    return {
      socketsOpened: this.socketsOpened,
      socketsClosed: this.closes.read(),
      upgradesRefused: this.upgradesRefused.read(),
      logins: this.logins.read(),
      messages: { client: this.clientMessages, server: this.serverMessages },
      deliveries: { live: this.deliveries, replayed: this.replayed },
      drops: {
        offline: this.droppedOffline,
        unavailable: this.droppedUnavailable,
        slow: this.droppedSlow,
        closed: this.droppedClosed,
      },
    };
  }
}

/** Clients may close with any of two thousand codes: only those that mean something are kept apart. */
function isKnownCode(code: number): boolean {
  return (code >= 1000 && code <= 1015) || (code >= 4400 && code <= 4599);
}
