import type {
  ClientState,
  EmitDataOf,
  PushClient,
  ReceivedMessage,
  Recovery,
} from '/push-client.min.js';
import type { ChatEvents, Decision, Saying, Verdict } from '../chat-events.js';
import { Approvals } from './approvals.js';
import { Composer, type Choice } from './composer.js';
import { Groups } from './groups.js';
import { newKey } from './names.js';
import { People } from './people.js';
import { read } from './reading.js';
import { newSeen } from './seen.js';
import { Status } from './status.js';
import { audienceOf, Timeline, type OwnRow } from './timeline.js';

/** Own messages whose fate is asked for when the connection is back. */
const ASKED_AGAIN = 20;

/** Everything between signing in and signing out. */
export class Session {
  private readonly timeline = new Timeline();
  private readonly status = new Status();
  private readonly approvals = new Approvals();
  private readonly composer: Composer;
  private readonly people: People;
  private readonly groups: Groups;
  private readonly seen;
  /** Messages that were seen before the server had answered that it has them. */
  private readonly seenEarly = new Set<string>();
  private isAway = false;
  /** When the connection came back: what was sent before had been missed. */
  private backAt = 0;

  /** @param isRetaining whether the server keeps messages */
  constructor(
    private readonly client: PushClient<ChatEvents>,
    private readonly me: string,
    private readonly isRetaining: boolean,
  ) {
    const failed = (error: unknown): void => this.timeline.note(sentenceOf(error));
    this.composer = new Composer({
      say: (to, text) => void this.say(to, text),
      ask: (uid, question) => void this.ask(uid, question),
    });
    this.people = new People(client, me, (uid) => this.composer.address('people', uid));
    this.groups = new Groups(client, me, (group) => this.composer.address('group', group), failed);
    this.seen = newSeen(client);
    client.on('state', (state) => this.stateChanged(state));
    client.on('recovered', (recovery) => void this.recovered(recovery));
    client.on('error', failed);
    client.onRequest((question, { signal }) => this.approvals.ask(question, signal));
  }

  /** Shows what is kept, then what comes: until somebody listens, messages wait. */
  async begin(): Promise<void> {
    this.status.show(this.client.state);
    this.composer.focus();
    await this.loadPast();
    this.client.on('message', (message) => this.receive(message));
    this.connected();
  }

  private async loadPast(): Promise<void> {
    if (!this.isRetaining) return;
    try {
      const { epoch, messages } = await this.client.emit('chat.past', undefined, {
        repeatable: true,
      });
      for (const { offset, isSeen, ...message } of messages) {
        const position = epoch === null || isSeen ? undefined : { epoch, offset };
        this.receive({ ...message, position });
      }
    } catch (error) {
      this.timeline.note(`What was before could not be loaded. ${sentenceOf(error)}`);
    }
  }

  /** What is true of a connection, and not of the client. */
  private connected(): void {
    this.groups.rejoin();
    if (!this.isRetaining) return;
    for (const saying of this.timeline.unseen(ASKED_AGAIN)) void this.learnFate(saying);
  }

  private stateChanged(state: ClientState): void {
    this.status.show(state);
    if (state.name === 'waiting' && !this.isAway) {
      this.isAway = true;
      this.timeline.note('The connection is gone. What is written now waits.');
    } else if (state.name === 'connected') {
      this.isAway = false;
      this.backAt = Date.now();
      this.connected();
    } else if (state.name === 'closed' && state.error !== undefined) {
      this.timeline.note(`The server has ended this session. ${sentenceOf(state.error)}`);
    }
  }

  private async recovered({ recovered }: Recovery): Promise<void> {
    if (recovered) return this.timeline.note('Back. What was missed follows.');
    // What was shown stays: it may be all that is left of it.
    this.timeline.note('Back. Some of what was missed is gone; what is kept follows.');
    await this.loadPast();
  }

  private receive(message: ReceivedMessage): void {
    const reading = read(message);
    if (reading.type === 'seen') return this.wasSeen(reading.id);
    if (!this.timeline.isNew(message.id)) return;
    switch (reading.type) {
      case 'said':
        this.people.add(reading.from);
        this.timeline.other(
          { ...reading, to: audienceOf(reading, this.me) },
          reading.at < this.backAt,
        );
        break;
      case 'saying':
        this.own(reading.key, reading).said(reading);
        break;
      case 'decision':
        this.decided(reading);
        break;
      case 'to-all':
        this.saidToAll(reading);
        break;
      case 'other': {
        const { from = 'The server', text } = reading;
        this.timeline.other({ from, to: 'to you', text, at: Date.now() });
      }
    }
    this.seen.add(message, reading.type === 'said' ? reading.from : undefined);
  }

  private wasSeen(id: string): void {
    const saying = this.timeline.saying(id);
    if (saying === undefined) this.seenEarly.add(id);
    else void this.learnFate(saying);
  }

  private own(key: string, { text, at, ...audience }: Pick<Saying, 'text' | 'at'>) {
    return this.timeline.mine(key, {
      from: this.me,
      to: audienceOf(audience, this.me),
      text,
      at,
    });
  }

  private saidToAll({ from, key, text }: { from: string; key: string; text: string }): void {
    const shown = { from, to: 'to everyone', text, at: Date.now() };
    if (from !== this.me) {
      this.timeline.other(shown);
    } else if (!this.timeline.isMine(key)) {
      this.timeline.mine(key, shown).settle('Sent to everyone', 'sent');
    }
  }

  private async say(to: Choice, text: string): Promise<void> {
    const key = newKey();
    if (to === 'all') return this.sayToAll(key, text);
    const row = this.own(key, { text, at: Date.now(), ...to });
    if (this.isAway) row.settle('Waits for the connection');
    for (const uid of to.uids ?? []) this.people.add(uid);
    return this.post(row, { key, text, ...to });
  }

  /** Under the same key it is said once, however often it is sent, here and by the client. */
  private async post(row: OwnRow, said: EmitDataOf<ChatEvents, 'chat.say'>): Promise<void> {
    try {
      const saying = await this.client.emit('chat.say', said, { repeatable: true });
      if (!this.isRetaining) return row.settle('Sent', 'sent');
      row.said(saying);
      if (this.seenEarly.delete(saying.id)) void this.learnFate(saying);
    } catch (error) {
      row.fail(sentenceOf(error), () => {
        row.settle('Sending…');
        void this.post(row, said);
      });
    }
  }

  private async sayToAll(key: string, text: string): Promise<void> {
    const shown = { from: this.me, to: 'to everyone', text, at: Date.now() };
    const row = this.timeline.mine(key, shown);
    try {
      await this.client.broadcast({ type: 'to-all', key, text });
      row.settle('Sent to everyone', 'sent');
    } catch (error) {
      row.fail(sentenceOf(error));
    }
  }

  private async ask(uid: string, question: string): Promise<void> {
    const key = newKey();
    const row = this.asked({ key, uid, question, at: Date.now() });
    this.people.add(uid);
    try {
      await this.client.emit('chat.ask', { key, uid, question });
      row.settle(`Waiting for ${uid}`);
    } catch (error) {
      row.fail(sentenceOf(error));
    }
  }

  private asked({ key, uid, question, at }: Pick<Decision, 'key' | 'uid' | 'question' | 'at'>) {
    const to = `asks ${uid === this.me ? 'you' : uid} to approve`;
    return this.timeline.mine(key, { from: this.me, to, text: question, at });
  }

  private decided(decision: Decision): void {
    const { from, uid, question, verdict } = decision;
    const words = wordsOf(verdict, uid);
    if (from === this.me) this.asked(decision).settle(words);
    if (uid === this.me && from !== uid) this.timeline.note(`${words}: “${question}” of ${from}`);
  }

  private async learnFate(saying: Saying): Promise<void> {
    const { id, recipients } = saying;
    try {
      const uids = recipients.slice(0, 50);
      const fates = await this.client.emit('chat.fate', { id, uids }, { repeatable: true });
      this.timeline.fate(saying, fates);
    } catch {
      // It is asked for again when the connection is back.
    }
  }
}

function wordsOf(verdict: Verdict, uid: string): string {
  if (!('failed' in verdict)) {
    return `${verdict.approved ? 'Approved' : 'Declined'} by ${uid} on ${verdict.device}`;
  }
  if (verdict.failed === 'OFFLINE') return `${uid} is not here to decide`;
  if (verdict.failed === 'TIMEOUT') return `${uid} has not decided in time`;
  return `Not decided (${verdict.failed})`;
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
