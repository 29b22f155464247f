import { ErrorCode } from '../../protocol/codes.js';
import { nodeOfConnection } from '../../protocol/names.js';
import { PushException } from '../../protocol/push.exception.js';
import type { AnswerRoom } from './answer-room.js';
import type { RequestAnswer, RequestOutcome, RequestPolicy } from './request-options.js';
import type { AnsweredNote, AskedDevice, AskedNote } from './request-notes.js';
import { RequestRejectedException, type RequestRefusal } from './request-rejected.exception.js';

/** A request, on the node that asks: who was asked, and what came of it until now. */
export class PendingRequest {
  readonly outcome: Promise<RequestOutcome>;
  private resolve!: (outcome: RequestOutcome) => void;
  private reject!: (error: Error) => void;
  /** How many nodes it went to; unknown until the engine says so. */
  private expected: number | undefined;
  private readonly nodes = new Set<string>();
  /** Devices that have not answered. */
  private readonly open = new Map<string, AskedDevice>();
  private readonly answers: RequestAnswer[] = [];
  private readonly refusals: RequestRefusal[] = [];
  /** Of the answers that wait for others. */
  private bytes = 0;

  constructor(
    private readonly policy: RequestPolicy,
    private readonly room: AnswerRoom,
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Nodes with devices that have not answered. */
  get openNodes(): ReadonlySet<string> {
    return new Set(Array.from(this.open.keys(), (id) => nodeOfConnection(id) ?? ''));
  }

  /** It went to so many nodes; each of them says whom it has asked. */
  sentTo(nodes: number): void {
    this.expected = nodes;
    this.check();
  }

  askedBy({ node, devices }: AskedNote): void {
    this.nodes.add(node);
    for (const device of devices) this.open.set(device.connectionId, device);
    this.check();
  }

  /** An answer of whoever was not asked, or has answered, changes nothing. */
  answeredBy(note: AnsweredNote): void {
    const device = this.open.get(note.connectionId);
    if (device === undefined) return;
    this.open.delete(note.connectionId);
    if (!this.hasRoomFor(note)) return this.fail(tooLarge());
    if ('data' in note) this.answers.push({ ...device, data: note.data });
    else this.refusals.push({ ...device, code: note.error.code, message: note.error.message });
    this.check();
  }

  leftBy(connectionId: string): void {
    this.open.delete(connectionId);
    this.check();
  }

  fail(error: Error): void {
    this.reject(error);
  }

  /** Nobody waits for it any more. */
  end(): void {
    this.room.give(this.bytes);
    this.bytes = 0;
  }

  /** The first answer waits for nobody if it is enough. */
  private hasRoomFor(note: AnsweredNote): boolean {
    const isEnough = this.policy === 'any' && 'data' in note;
    const bytes = isEnough ? 0 : this.room.take('data' in note ? note.data : note.error);
    this.bytes += bytes ?? 0;
    return bytes !== undefined;
  }

  private check(): void {
    const { answers, expected, nodes, open, refusals } = this;
    if (this.policy === 'any' && answers.length > 0) return this.resolve({ answers });
    if (expected === undefined || nodes.size < expected || open.size > 0) return;
    if (answers.length > 0) this.resolve({ answers });
    else this.reject(refusals.length > 0 ? new RequestRejectedException(refusals) : offline());
  }
}

function tooLarge(): PushException {
  return new PushException(
    ErrorCode.RATE_LIMITED,
    'Ask later, fewer devices, or for less: the answers that wait on this node take too much memory.',
  );
}

function offline(): PushException {
  return new PushException(
    ErrorCode.OFFLINE,
    'Ask later: no device of this uid that can answer is online.',
  );
}
