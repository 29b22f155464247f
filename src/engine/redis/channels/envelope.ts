import type { NodeNote } from '../../node-handler.js';
import type { Except } from '../../target.js';
import { CLOSE_REASON_RULE, isCloseCode, isCloseReason } from '../../../protocol/close.js';
import { isCompactJson } from './json-form.js';
import { isObject } from '../../../protocol/is-object.js';
import type { StreamPosition } from '../../../protocol/frames.js';
import { nodeOfMessage } from '../../../protocol/names.js';
import { Message, NOTICES, type Awaited, type PublishedNotice } from '../../../protocol/message.js';

/** Version of what travels on channels; REDIS.md, "Envelope". */
const VERSION = 1;

/** How the last member of a message begins. */
const DATA = ',"data":';

/** What happens to a membership of a group. */
export type MembershipTask = 'join' | 'leave';

/** What nodes ask of each other. */
type Task = MembershipTask | 'close' | 'dissolve' | 'connections' | 'members' | 'read';

/** A message for clients. */
export interface Delivery {
  readonly message: Message;
  readonly except?: Except;
  /** On a node's own channel: whom it is for. */
  readonly uids?: readonly string[];
  readonly connection?: string;
  /** Node and token of whoever waits for an answer. */
  readonly origin?: string;
  readonly replyTo?: string;
}

/** Something that is to be done. */
export interface Order {
  readonly task: Task;
  /** On the channel for logins: whom it is for. */
  readonly uid?: string;
  readonly connection?: string;
  /** Who joins or leaves, as of which step of Redis; without them it is a connection. */
  readonly uids?: readonly string[];
  readonly step?: number;
  readonly group?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly origin?: string;
  readonly replyTo?: string;
}

/** An answer to either. */
export interface Answer {
  readonly answerTo: string;
  readonly answer: unknown;
}

/** What a node tells the node of the channel. */
export interface Told {
  readonly note: NodeNote;
}

export type Envelope = Delivery | Order | Answer | Told;

/**
 * How every message of this node begins, so that it knows its own without reading them: what it
 * sends it has already delivered to its own connections.
 */
export function signature(node: string): string {
  return `{"v":${VERSION},"o":"${node}","id":`;
}

/** The data comes last and is written as it is: the node that sends has made it valid JSON. */
export function encodeMessage(node: string, message: Message, extra: DeliveryExtra = {}): string {
  const { except, uids, connection, replyTo } = extra;
  const { from, notice, awaited, position } = message;
  let text = `${signature(node)}"${message.id}"`;
  if (from !== undefined) text += `,"from":${JSON.stringify(from)}`;
  if (notice !== undefined) text += `,"notice":"${notice}"`;
  if (except !== undefined) text += `,"except":${JSON.stringify([...except])}`;
  if (uids !== undefined) text += `,"uids":${JSON.stringify(uids)}`;
  if (connection !== undefined) text += `,"connection":"${connection}"`;
  if (replyTo !== undefined) text += `,"re":"${replyTo}"`;
  if (position !== undefined) {
    text += `,"epoch":"${position.epoch}","offset":${position.offset}`;
  }
  if (awaited !== undefined) text += `,"await":${awaited.timeout}`;
  return `${text}${DATA}${message.json}}`;
}

export type DeliveryExtra = Pick<Delivery, 'except' | 'uids' | 'connection' | 'replyTo'>;

export function encodeOrder(node: string, order: Omit<Order, 'origin'>): string {
  const { task, replyTo, uid, connection, group, code, reason } = order;
  const whom = { uid, connection, group };
  const fields = { v: VERSION, do: task, o: node, ...whom, code, reason, re: replyTo };
  return JSON.stringify(fields);
}

/** An order about memberships, up to the number of the step, with which Redis ends it. */
export function encodeChange(
  node: string,
  order: Required<Pick<Order, 'group' | 'uids' | 'replyTo'>> & { readonly task: MembershipTask },
): string {
  const { task, group, uids, replyTo } = order;
  const fields = { v: VERSION, do: task, o: node, group, uids, re: replyTo };
  return `${JSON.stringify(fields).slice(0, -1)},"step":`;
}

export function encodeAnswer({ answerTo, answer }: Answer): string {
  return JSON.stringify({ v: VERSION, is: answer, re: answerTo });
}

export function encodeNote(note: NodeNote): string {
  return JSON.stringify({ v: VERSION, note });
}

/**
 * Reads what came from a channel.
 *
 * @throws Error that says what is wrong with it
 */
export function decode(text: string, nextId: () => string): Envelope {
  return decodeOwnKind(text) ?? decodeAny(text, nextId);
}

/**
 * A message as a node of ours writes it: its data is passed on as it is. Anybody can write such a
 * beginning, so the form of the data is looked at: clients get it within a frame.
 */
function decodeOwnKind(text: string): Delivery | undefined {
  if (!text.startsWith(`{"v":${VERSION},"o":"`) || !text.endsWith('}')) return undefined;
  const at = text.indexOf(DATA);
  if (at < 0 || !isCompactJson(text, at + DATA.length, text.length - 1)) return undefined;
  return messageWithDataAt(at, text);
}

/** Reads what `encodeMessage` wrote and nobody else, or part of it that has all the data. */
export function decodeMessage(text: string): Delivery | undefined {
  const at = text.indexOf(DATA);
  return at < 0 ? undefined : messageWithDataAt(at, text);
}

/**
 * Quotes within strings are escaped, so `DATA` can only be the member itself; and where a member
 * before it holds an object, what comes before it is no JSON.
 */
function messageWithDataAt(at: number, text: string): Delivery {
  const head = JSON.parse(`${text.slice(0, at)}}`) as Record<string, unknown>;
  const json = text.slice(at + DATA.length, -1);
  return delivery(head, messageIn(head, json));
}

function messageIn(head: Record<string, unknown>, json: string): Message {
  const position = head.offset === undefined ? undefined : positionIn(head);
  const notice = optional(head.notice, isNotice, '"notice" is not known here');
  const awaited = head.await === undefined ? undefined : awaitedIn(head);
  return Message.fromJson(checkId(head.id), json, checkFrom(head.from), position, notice, awaited);
}

/** The node that sent it waits. In what is kept only the id says which one that is. */
function awaitedIn({ o, id, await: timeout }: Record<string, unknown>): Awaited {
  const node = o ?? nodeOfMessage(checkId(id));
  if (isString(node) && Number.isSafeInteger(timeout)) return { node, timeout: Number(timeout) };
  throw new Error('"await" is not a number of milliseconds');
}

function positionIn({ epoch, offset }: Record<string, unknown>): StreamPosition {
  if (isPlain(epoch) && Number.isSafeInteger(offset)) return { epoch, offset: Number(offset) };
  throw new Error('"epoch" and "offset" are not a position');
}

function decodeAny(text: string, nextId: () => string): Envelope {
  const fields: unknown = JSON.parse(text);
  if (!isObject(fields)) throw new Error('it is not a JSON object');
  if ((fields.v ?? VERSION) !== VERSION) throw new Error('it is of another version');
  if (typeof fields.do === 'string') return order(fields);
  if ('is' in fields && typeof fields.re === 'string') {
    return { answerTo: fields.re, answer: fields.is };
  }
  if (isNote(fields.note)) return { note: fields.note };
  if (!('data' in fields)) throw new Error('it has no data');
  const id = fields.id === undefined ? nextId() : checkId(fields.id);
  return delivery(fields, Message.of(id, fields.data, checkFrom(fields.from)));
}

function delivery(fields: Record<string, unknown>, message: Message): Delivery {
  const except = optional(fields.except, isStrings, '"except" is not a list of strings');
  return {
    message,
    except: except && new Set(except),
    uids: optional(fields.uids, isStrings, '"uids" is not a list of strings'),
    connection: optional(fields.connection, isString, '"connection" is not a string'),
    ...sender(fields),
  };
}

const TASKS: ReadonlySet<string> = new Set<Task>([
  'close',
  'join',
  'leave',
  'dissolve',
  'connections',
  'members',
  'read',
]);

function order(fields: Record<string, unknown>): Order {
  if (!TASKS.has(String(fields.do))) throw new Error('it asks for what is not known here');
  return {
    task: fields.do as Task,
    uid: optional(fields.uid, isString, '"uid" is not a string'),
    connection: optional(fields.connection, isString, '"connection" is not a string'),
    uids: optional(fields.uids, isStrings, '"uids" is not a list of strings'),
    step: optional(fields.step, isStep, '"step" is not a number'),
    group: optional(fields.group, isString, '"group" is not a string'),
    code: optional(fields.code, isCloseCode, '"code" is not a close code'),
    reason: optional(fields.reason, isCloseReason, `"reason" is not ${CLOSE_REASON_RULE}`),
    ...sender(fields),
  };
}

function sender(fields: Record<string, unknown>): Pick<Order, 'origin' | 'replyTo'> {
  return {
    origin: optional(fields.o, isString, '"o" is not a string'),
    replyTo: optional(fields.re, isString, '"re" is not a string'),
  };
}

function optional<T>(value: unknown, is: (value: unknown) => value is T, else_: string) {
  if (value === undefined) return undefined;
  if (!is(value)) throw new Error(else_);
  return value;
}

function checkId(id: unknown): string {
  if (isPlain(id)) return id;
  throw new Error('"id" is not 1 to 128 printable ASCII characters without quote and backslash');
}

/** Printable ASCII without quote and backslash: codecs write it as it is. */
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && /^[!#-[\]-~]{1,128}$/.test(value);
}

function checkFrom(from: unknown): string | undefined {
  return optional(from, isString, '"from" is not a string');
}

function isNotice(value: unknown): value is PublishedNotice {
  return NOTICES.some((notice) => notice === value);
}

function isNote(value: unknown): value is NodeNote {
  return isObject(value) && isString(value.kind);
}

function isStep(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString);
}
