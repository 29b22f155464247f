import { Inject, Injectable } from '@nestjs/common';
import { HISTORY, type Explanation, type History, type MessageState } from '../history/history.js';
import type { StreamPosition } from '../protocol/frames.js';
import type { Message } from '../protocol/message.js';
import { noHistory } from './no-history.js';

/** Which part of a uid's messages is asked for. */
export interface MessagesQuery {
  /**
   * The offset behind which it begins.
   *
   * @default 0: with the oldest that is kept
   */
  after?: number | undefined;
  /**
   * Messages at most, up to 1_000.
   *
   * @default 100
   */
  limit?: number | undefined;
}

/** A message that is kept for a uid, and what became of it. */
export interface KeptMessage {
  id: string;
  offset: number;
  /** When it was sent: milliseconds since 1970. */
  at: number;
  /** Uid of the client that sent it; absent when the server did. */
  from?: string;
  data: unknown;
  state: MessageState;
}

/** Part of what is kept for a uid. */
export interface KeptMessages {
  /** Of the uid's stream; null if it has none. */
  epoch: string | null;
  /** Where the stream ends. */
  offset: number;
  messages: KeptMessage[];
}

/** What is kept, and what became of it, for those who ask. */
@Injectable()
export class Archive {
  constructor(@Inject(HISTORY) private readonly history: History | null) {}

  /** @throws PushException VALIDATION_FAILED where there is no history */
  async messages(uid: string, after: number, limit: number): Promise<KeptMessages> {
    if (this.history === null) throw noHistory('uid');
    const found = await this.history.messages(uid, after, limit);
    if (found === undefined) return { epoch: null, offset: 0, messages: [] };
    const messages = found.messages.map(({ message, at, state }) => keptOf(message, at, state));
    return { ...found.top, messages };
  }

  /** @throws PushException VALIDATION_FAILED where there is no history */
  async explain(id: string, uid: string | undefined): Promise<Explanation | undefined> {
    if (this.history === null) throw noHistory('id');
    const [found] = await this.history.explain(id, { uid, limit: 1 });
    return found;
  }
}

function keptOf(message: Message, at: number, state: MessageState): KeptMessage {
  const { id, from, json } = message;
  const { offset } = message.position as StreamPosition;
  const sender = from === undefined ? {} : { from };
  return { id, offset, at, ...sender, data: JSON.parse(json) as unknown, state };
}
