import type {
  AckData,
  CancelledData,
  FrameId,
  MessageData,
  Recover,
  RequestData,
  ResponseData,
  StreamData,
  WatchData,
  WelcomeData,
} from '../../protocol/frames.js';
import type { ServerEnvelope } from '../envelope.js';
import { UNANSWERED, type WebSocketLike } from '../web-socket.js';
import { Backlog } from './backlog.js';
import type { HubNote, MemberNote } from './notes.js';
import { Questions } from './questions.js';
import { Watched } from './watched.js';

/** What a member has asked the server, under an id of its own. */
interface Asked {
  readonly member: string;
  readonly id: FrameId | undefined;
  /** There if it was the member's first message. */
  readonly joining?: { readonly recover: Recover | undefined; readonly isFirst: boolean };
}

/**
 * The connection of all tabs, in one of them. Its members speak the protocol as if each of them
 * had a connection of its own: their frames get ids by which the answers find back, and messages
 * go to all. The first member's `auth` is the connection's; that of another one renews it, so the
 * server checks every member's credential.
 */
export class Hub {
  private socket: WebSocketLike | undefined;
  private isOpen = false;
  private hasAuth = false;
  private lastId = 0;
  /** Each with whether it has been welcomed. */
  private readonly members = new Map<string, boolean>();
  private readonly asked = new Map<FrameId, Asked>();
  private readonly questions = new Questions();
  private readonly watched = new Watched();
  private readonly backlog: Backlog;

  constructor(
    private readonly openSocket: () => WebSocketLike,
    private readonly tell: (note: HubNote) => void,
    /** Retained messages that are kept for members that come later. */
    maxBacklog: number,
  ) {
    this.backlog = new Backlog(maxBacklog);
  }

  hear(note: MemberNote): void {
    const { from } = note;
    if (note.kind === 'open') this.join(from);
    else if (note.kind === 'close') this.leave(from, note.code);
    else if (this.members.has(from)) this.forward(from, note.text);
  }

  /** A member is gone; with the last one the connection goes. */
  leave(member: string, code?: number): void {
    if (!this.members.delete(member)) return;
    for (const text of this.questions.withdraw(member)) this.socket!.send(text);
    const uids = this.watched.withdraw(member);
    if (uids.length > 0) this.socket!.send(frameOf('unwatch', { uids }));
    // A server that does not answer one member answers none.
    if (code === UNANSWERED) this.end(1006, 'No answer came in time.');
    else if (this.members.size === 0) this.drop();
  }

  /** Closes the connection; members are not told. */
  drop(code?: number): void {
    const { socket } = this;
    this.socket = undefined;
    this.isOpen = this.hasAuth = false;
    this.members.clear();
    this.asked.clear();
    this.watched.clear();
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  private join(member: string): void {
    this.members.set(member, false);
    if (this.isOpen) this.tell({ to: member, kind: 'opened' });
    if (this.socket !== undefined) return;
    const socket = (this.socket = this.openSocket());
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }: { data: unknown }) => this.receive(data as string);
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => this.end(code, reason);
    socket.onerror = () => undefined;
  }

  private opened(): void {
    this.isOpen = true;
    for (const to of this.members.keys()) this.tell({ to, kind: 'opened' });
  }

  private end(code: number, reason: string): void {
    this.drop(code === 1006 ? UNANSWERED : undefined);
    this.tell({ kind: 'closed', code, reason });
  }

  /** From a member to the server. */
  private forward(member: string, text: string): void {
    const frame = JSON.parse(text) as ServerEnvelope;
    const { event, id, data } = frame;
    if (event === 'response') return this.respond(member, data as ResponseData, text);
    if (event === 'auth' && !this.members.get(member)) return this.authenticate(member, frame);
    if (event === 'unwatch') return this.unwatch(member, frame);
    if (event === 'watch') this.watched.add(member, (data as WatchData).uids);
    if (event === 'ack') this.backlog.acknowledge((data as AckData).offset);
    if (id === undefined && event !== 'ping') this.socket!.send(text);
    else this.ask(frame, { member, id });
  }

  private authenticate(member: string, frame: ServerEnvelope): void {
    const isFirst = !this.hasAuth;
    const { recover, ...credential } = frame.data as { recover?: Recover };
    const data = isFirst ? frame.data : credential;
    this.hasAuth = true;
    this.ask({ ...frame, data }, { member, id: frame.id, joining: { recover, isFirst } });
  }

  private ask(frame: ServerEnvelope, asked: Asked): void {
    const id = ++this.lastId;
    this.asked.set(id, asked);
    this.socket!.send(JSON.stringify({ ...frame, id }));
  }

  /** Others may watch some of them. */
  private unwatch(member: string, { id, ...frame }: ServerEnvelope): void {
    const data = { uids: this.watched.drop(member, (frame.data as WatchData).uids) };
    if (id !== undefined) this.ask({ ...frame, data }, { member, id });
    else if (data.uids.length > 0) this.socket!.send(frameOf('unwatch', data));
  }

  /** One member's answer is enough; the others are told that the request is over. */
  private respond(member: string, data: ResponseData, text: string): void {
    if (!this.questions.isFinal(member, data, text)) return;
    this.socket!.send(text);
    this.tell({ kind: 'frame', text: frameOf('cancelled', { id: data.id }) });
  }

  /** From the server to one member, or to all. */
  private receive(text: string): void {
    const frame = JSON.parse(text) as ServerEnvelope;
    const asked = this.asked.get(frame.id!);
    if (asked === undefined) return this.pass(frame, text);
    this.asked.delete(frame.id!);
    const { member: to, id, joining } = asked;
    const reply = { ...frame, id };
    if (joining === undefined) this.tell({ to, kind: 'frame', text: JSON.stringify(reply) });
    else if (frame.event === 'auth') this.welcome(to, reply, joining);
    else this.refuse(to, reply, joining);
  }

  private pass({ event, data }: ServerEnvelope, text: string): void {
    if (event === 'message') this.backlog.add(data as MessageData, text);
    if (event === 'epoch') this.backlog.beginAnew(data as StreamData);
    if (event === 'request') this.questions.put(data as RequestData, this.members.keys());
    if (event === 'cancelled') this.questions.cancel((data as CancelledData).id);
    this.tell({ kind: 'frame', text });
  }

  private welcome(to: string, reply: ServerEnvelope, joining: NonNullable<Asked['joining']>): void {
    const { recover, isFirst } = joining;
    const { stream, ...welcome } = reply.data as WelcomeData;
    if (this.members.has(to)) this.members.set(to, true);
    if (isFirst && stream !== undefined) this.backlog.begin(stream, recover);
    const joined = isFirst ? { stream, missed: [] } : this.backlog.catchUp(recover);
    const data = { ...welcome, stream: joined?.stream };
    this.tell({ to, kind: 'welcome', text: JSON.stringify({ ...reply, data }) });
    for (const text of joined?.missed ?? []) this.tell({ to, kind: 'frame', text });
  }

  /** The server closes after a first message that it refuses, but not after a renewal. */
  private refuse(
    to: string,
    reply: ServerEnvelope,
    { isFirst }: NonNullable<Asked['joining']>,
  ): void {
    this.tell({ to, kind: 'frame', text: JSON.stringify(reply) });
    if (isFirst) return;
    this.tell({ to, kind: 'closed', code: 4401, reason: 'AUTH_FAILED' });
    this.leave(to);
  }
}

function frameOf(event: string, data: unknown): string {
  return JSON.stringify({ event, data });
}
