import type { ReceivedMessage } from '/push-client.min.js';
import type { ChatMessage } from '../chat-events.js';

/** What a message means to the page. */
export type Reading =
  | ChatMessage
  | { type: 'to-all'; from: string; key: string; text: string }
  | { type: 'seen'; id: string }
  /** Whatever clients and controllers send that this page does not know. */
  | { type: 'other'; from: string | undefined; text: string };

/**
 * Reads a message. Only what the server says about a message is trusted: one that has a sender
 * comes from a client, whatever stands in it.
 */
export function read({ from, data }: ReceivedMessage): Reading {
  if (from === undefined) {
    return isOfGateway(data) ? data : { type: 'other', from, text: textOf(data) };
  }
  const { type, key, text, id } = (data ?? {}) as Record<string, unknown>;
  if (type === 'to-all' && typeof key === 'string' && typeof text === 'string') {
    return { type, from, key, text };
  }
  if (type === 'seen' && typeof id === 'string') return { type, id };
  return { type: 'other', from, text: textOf(data) };
}

function isOfGateway(data: unknown): data is ChatMessage {
  const { type } = (data ?? {}) as { type?: unknown };
  return type === 'said' || type === 'saying' || type === 'decision';
}

function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  const { type, id } = (data ?? {}) as Record<string, unknown>;
  if (type === 'shipped' && typeof id === 'string') return `Order ${id} has shipped.`;
  return JSON.stringify(data);
}
