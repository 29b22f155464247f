import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../engine/engine.js';
import type { NodeNote } from '../engine/node-handler.js';
import { within } from '../protocol/within.js';
import { LocalNode } from '../registry/local-node.js';

/** Milliseconds from the ticket to the socket. */
const LIFE = 30_000;
/** Milliseconds that another node may take to say whether a ticket is its own. */
const PATIENCE = 2_000;
/** Tickets that may be out at once: an operator's page needs one per connection. */
const MAX_TICKETS = 1_000;

/** Kinds of notes between a node where a ticket is shown and the one that gave it. */
const SHOWN = 'admin-ticket-shown';
const JUDGED = 'admin-ticket-judged';

/**
 * What opens a socket of the view, once: a route behind the application's own guards hands it
 * out, and the socket may reach another node than that request did. Only digests are kept and
 * go from node to node.
 */
@Injectable()
export class Tickets {
  /** Until when each is good, by its digest; the oldest first. */
  private readonly issued = new Map<string, number>();
  private readonly asked = new Map<number, (isGood: boolean) => void>();
  private lastQuestion = 0;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly local: LocalNode,
  ) {
    local.listen(SHOWN, (note) => this.shown(note));
    local.listen(JUDGED, (note) => this.judged(note));
  }

  issue(): string {
    const secret = randomBytes(32).toString('base64url');
    for (const [oldest, until] of this.issued) {
      if (until > performance.now() && this.issued.size < MAX_TICKETS) break;
      this.issued.delete(oldest);
    }
    this.issued.set(digest(secret), performance.now() + LIFE);
    return `${this.local.node}.${secret}`;
  }

  /** Whether it is one of this cluster that is good; it is not from now on. */
  async redeem(ticket: string): Promise<boolean> {
    const [node, secret] = ticket.split('.', 2);
    if (secret === undefined) return false;
    if (node === this.local.node) return this.take(digest(secret));
    const question = ++this.lastQuestion;
    try {
      return await within(PATIENCE, this.ask(node, question, digest(secret)), (reject) =>
        reject(new Error(`Node ${node} did not answer.`)),
      );
    } catch {
      return false;
    } finally {
      this.asked.delete(question);
    }
  }

  private ask(node: string, question: number, ticket: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.asked.set(question, resolve);
      const note = { kind: SHOWN, ticket, question, by: this.local.node };
      Promise.resolve(this.engine.tell(node, note)).then(
        (isThere) => isThere || resolve(false),
        reject,
      );
    });
  }

  private shown({ ticket, question, by }: NodeNote): void {
    if (typeof ticket !== 'string' || typeof by !== 'string') return;
    const note = { kind: JUDGED, question, isGood: this.take(ticket) };
    Promise.resolve(this.engine.tell(by, note)).catch(() => undefined);
  }

  private judged({ question, isGood }: NodeNote): void {
    this.asked.get(question as number)?.(isGood === true);
  }

  private take(ticket: string): boolean {
    const until = this.issued.get(ticket);
    this.issued.delete(ticket);
    return until !== undefined && until > performance.now();
  }
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
