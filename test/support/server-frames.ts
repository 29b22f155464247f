import type { StreamData, VectorFrame } from './vectors.js';

/**
 * Reads what a server says as a client would that was written from PROTOCOL.md alone, and
 * refuses what does not have the form that its interfaces promise. Imports nothing of src/.
 */
export function readJsonFrame(text: string): VectorFrame {
  const frame = object(JSON.parse(text), ['event', 'data', 'id']);
  const { event, data, id } = frame;
  if (typeof event !== 'string' || event === '') throw malformed('event', event);
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') {
    throw malformed('id', id);
  }
  const withId = id === undefined ? {} : { id };
  switch (event) {
    case 'auth': {
      const { uid, connectionId, stream } = object(data, ['uid', 'connectionId', 'stream']);
      return {
        kind: 'welcome',
        uid: string(uid),
        connectionId: connectionIdOf(connectionId),
        ...(stream !== undefined && { stream: streamOf(stream) }),
        ...withId,
      };
    }
    case 'message':
      if (id !== undefined) throw malformed('id of a message frame', id);
      return messageOf(data);
    case 'acked': {
      if (id === undefined) throw malformed('id of acked', id);
      const { offset } = object(data, ['offset']);
      return { kind: 'reply', event, data: { offset: offsetOf(offset, 0) }, id };
    }
    case 'settled': {
      if (id !== undefined) throw malformed('id of a settled frame', id);
      const { id: messageId, offset } = object(data, ['id', 'offset']);
      return { kind: 'settled', id: string(messageId), offset: offsetOf(offset, 1) };
    }
    case 'epoch': {
      if (id !== undefined) throw malformed('id of an epoch frame', id);
      const stream = streamOf(data);
      if (stream.reason !== 'epoch') throw malformed('stream of an epoch frame', data);
      return { kind: 'epoch', stream };
    }
    case 'request': {
      if (id !== undefined) throw malformed('id of a request frame', id);
      const request = object(data, ['id', 'data']);
      if (!('data' in request)) throw malformed('data of a request', undefined);
      return { kind: 'request', id: string(request.id), data: request.data };
    }
    case 'cancelled': {
      if (id !== undefined) throw malformed('id of a cancelled frame', id);
      return { kind: 'cancelled', id: string(object(data, ['id']).id) };
    }
    case 'presence':
      if (id !== undefined) throw malformed('id of a presence frame', id);
      return { kind: 'presence', ...presenceOf(data) };
    case 'watched': {
      const { presence } = object(data, ['presence']);
      if (!Array.isArray(presence)) throw malformed('presence', presence);
      return { kind: 'reply', event, data: { presence: presence.map(presenceOf) }, ...withId };
    }
    case 'unwatched':
      if (id === undefined || 'data' in frame) throw malformed('unwatched', frame);
      return { kind: 'reply', event, id };
    case 'error':
      return { kind: 'error', error: errorOf(data), ...withId };
    case 'sent': {
      if (id === undefined) throw malformed('id of sent', id);
      const { id: messageId, nodes } = object(data, ['id', 'nodes']);
      if (!Number.isInteger(nodes) || Number(nodes) < 0) throw malformed('nodes', nodes);
      return { kind: 'reply', event, data: { id: string(messageId), nodes }, id };
    }
    case 'pong':
      if ('data' in frame) throw malformed('data of pong', data);
      return { kind: 'reply', event, ...withId };
    default:
      return { kind: 'reply', event, ...('data' in frame ? { data } : {}), ...withId };
  }
}

/** The code of a text client's error; undefined when the text is not one. */
export function codeOfText(text: string): string | undefined {
  return /^error:([A-Z][A-Z0-9_]*):./s.exec(text)?.[1];
}

function messageOf(value: unknown): VectorFrame {
  const message = object(value, ['id', 'from', 'data', 'offset']);
  if (!('data' in message)) throw malformed('data of a message', undefined);
  const { id, from, data, offset } = message;
  return {
    kind: 'message',
    id: string(id),
    ...(from !== undefined && { from: string(from) }),
    data,
    ...(offset !== undefined && { offset: offsetOf(offset, 1) }),
  };
}

function presenceOf(value: unknown) {
  const { uid, online, seq } = object(value, ['uid', 'online', 'seq']);
  if (typeof online !== 'boolean') throw malformed('online', online);
  if (!Number.isSafeInteger(seq)) throw malformed('seq', seq);
  return { uid: string(uid), online, seq: Number(seq) };
}

function streamOf(value: unknown): StreamData {
  const { epoch, offset, recovered, reason } = object(value, [
    ...['epoch', 'offset', 'recovered', 'reason'],
  ]);
  const position = { epoch: string(epoch), offset: offsetOf(offset, 0) };
  if (recovered === undefined && reason === undefined) return position;
  if (recovered === true && reason === undefined) return { ...position, recovered };
  if (recovered !== false || !isFailure(reason)) throw malformed('stream', value);
  return { ...position, recovered, reason };
}

function isFailure(reason: unknown): reason is StreamData['reason'] {
  return ['epoch', 'trimmed', 'too-many'].some((known) => known === reason);
}

function offsetOf(offset: unknown, least: number): number {
  if (Number.isSafeInteger(offset) && Number(offset) >= least) return Number(offset);
  throw malformed('offset', offset);
}

function errorOf(value: unknown) {
  const { code, message, details } = object(value, ['code', 'message', 'details']);
  if (!/^[A-Z][A-Z0-9_]*$/.test(string(code))) throw malformed('code', code);
  const error = { code: string(code), message: string(message) };
  if (details === undefined) return error;
  if (!Array.isArray(details)) throw malformed('details', details);
  return { ...error, details: details.map(fieldErrorOf) };
}

function fieldErrorOf(value: unknown) {
  const { field, errors } = object(value, ['field', 'errors']);
  if (!Array.isArray(errors) || errors.length === 0) throw malformed('errors', errors);
  return { field: string(field), errors: errors.map(string) };
}

function connectionIdOf(value: unknown): string {
  if (!/^@[0-9a-z]{10}\.[0-9a-z]{1,11}$/.test(string(value))) {
    throw malformed('connectionId', value);
  }
  return string(value);
}

function object(value: unknown, members: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('object', value);
  }
  const unknown = Object.keys(value).find((key) => !members.includes(key));
  if (unknown !== undefined) throw malformed('member', unknown);
  return value as Record<string, unknown>;
}

function string(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw malformed('string', value);
  return value;
}

function malformed(what: string, value: unknown): Error {
  return new Error(`PROTOCOL.md promises another ${what} than ${JSON.stringify(value)}.`);
}
