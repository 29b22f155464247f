import { readFileSync } from 'node:fs';
import type { Codec, CodecName } from '../../src/protocol/codec.js';
import type {
  ClientFrame,
  ErrorData,
  FirstFrame,
  FrameId,
  PresenceData,
  StreamData,
} from '../../src/protocol/frames.js';
import { Message } from '../../src/protocol/message.js';

export type { StreamData };

/** test/vectors/README.md says what the members are. */
export interface ClientVector<Meaning> {
  name: string;
  text?: string;
  hex?: string;
  means?: Meaning;
  answer: VectorAnswer | null;
}

export interface VectorAnswer {
  event: string;
  id?: FrameId;
  code?: string;
  fields?: string[];
  close?: number;
}

export type VectorFrame =
  | { kind: 'welcome'; uid: string; connectionId: string; stream?: StreamData; id?: FrameId }
  | { kind: 'message'; id: string; from?: string; data: unknown; offset?: number }
  | { kind: 'settled'; id: string; offset: number }
  | { kind: 'epoch'; stream: StreamData }
  | { kind: 'request'; id: string; data: unknown }
  | { kind: 'cancelled'; id: string }
  | ({ kind: 'presence' } & PresenceData)
  | { kind: 'reply'; event: string; data?: unknown; id?: FrameId }
  | { kind: 'error'; error: ErrorData; id?: FrameId };

export interface ServerVector {
  name: string;
  frame: VectorFrame;
  text: string | null;
}

export function firstVectors(codec: CodecName): ClientVector<FirstFrame>[] {
  return load<ClientVector<FirstFrame>[]>(`${codec}.first`);
}

export function laterVectors(codec: CodecName): ClientVector<ClientFrame>[] {
  return load<ClientVector<ClientFrame>[]>(`${codec}.later`);
}

export function serverVectors(codec: CodecName): ServerVector[] {
  return load<ServerVector[]>(`${codec}.server`);
}

/** What a test sends: the text, or the bytes of a binary message. */
export function payloadOf({ text, hex }: ClientVector<unknown>): string | Buffer {
  return text ?? Buffer.from(hex ?? '', 'hex');
}

/** The text that a codec writes for a frame; null when it has none for it. */
export function encode(codec: Codec, frame: VectorFrame): string | null {
  switch (frame.kind) {
    case 'welcome':
      return codec.encodeWelcome(frame.uid, frame.connectionId, frame.id, frame.stream);
    case 'message':
      return codec.encodeMessage(messageOf(frame)) ?? null;
    case 'settled': {
      const { id, offset } = frame;
      return codec.encodeMessage(Message.notice(id, 'settled', { id, offset })) ?? null;
    }
    case 'epoch':
      return codec.encodeMessage(Message.notice('', 'epoch', frame.stream)) ?? null;
    case 'request':
      return codec.encodeMessage(requestOf(frame)) ?? null;
    case 'cancelled':
      return codec.encodeMessage(Message.notice(frame.id, 'cancelled', { id: frame.id })) ?? null;
    case 'presence': {
      const { uid, online, seq } = frame;
      return codec.encodeMessage(Message.notice('', 'presence', { uid, online, seq })) ?? null;
    }
    case 'reply':
      return codec.encodeReply(frame.event, frame.data, frame.id) ?? null;
    case 'error':
      return codec.encodeError(frame.error, frame.id);
  }
}

function requestOf({ id, data }: { id: string; data: unknown }): Message {
  return Message.of(id, data).asRequest({ node: 'k3v9x0a1bz', timeout: 1_000 });
}

function messageOf({ id, from, data, offset }: VectorFrame & { kind: 'message' }): Message {
  const message = Message.of(id, data, from);
  return offset === undefined ? message : message.at({ epoch: '', offset });
}

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}
