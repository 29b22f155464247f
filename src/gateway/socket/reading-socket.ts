import type { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/codes.js';
import { readDirectly, readOn, type DirectlyRead } from '../wire/direct-reader.js';
import { inflateInTurn, inflateOn } from '../wire/inflation.js';
import { internalsOf, type DataListener } from '../wire/ws-internals.js';
import type { RawFrame } from './frame-queue.js';
import { WritingSocket } from './writing-socket.js';
import type { WsListener } from './ws-events.js';

type Listening = Parameters<WebSocket['on']>;

/** The part of a socket that reads: past `ws` where it may, and no more than can be handled. */
export abstract class ReadingSocket extends WritingSocket implements DirectlyRead, WsListener {
  get maxPayload(): number {
    return this.host.maxPayload;
  }

  /**
   * Lets plain frames go past ws in both directions, where this version of it is built as we
   * know it. Where compression is negotiated frames are for ws, which is told when to inflate them.
   */
  goDirect(): void {
    if (this.extensions !== '') return inflateInTurn(this);
    const { _socket: tcp } = internalsOf(this);
    const [toWs] = tcp.listeners('data') as DataListener[];
    this.tcp = tcp;
    readDirectly(tcp, this, toWs);
  }

  /** The text of a frame that was read past ws. */
  take(text: string): boolean {
    this.heard(text);
    return !this.isFull && this.readsDirectly();
  }

  keep(unread: Buffer): void {
    // The peer has shown that it is there, whatever it says.
    this.alive = true;
    this.unread = this.unread === null ? unread : Buffer.concat([this.unread, unread]);
    this.host.count(this, unread.length);
  }

  readOn(): void {
    const { unread } = this;
    if (unread === null) return inflateOn(this);
    this.unread = null;
    this.host.count(this, -unread.length);
    readOn(this, unread);
  }

  leftToWs(bytes: number): void {
    if (!this.isStranger) return;
    const change = bytes === 0 ? -this.wsBytes : bytes;
    this.wsBytes += change;
    this.host.count(this, change);
  }

  heard(frame: RawFrame): void {
    this.alive = true;
    this.host.receive(this, frame);
  }

  ponged(): void {
    this.alive = true;
  }

  broke(): void {
    this.finish(CloseCode.ABNORMAL, 'a breach of the WebSocket protocol');
  }

  ended(code: number, reason: string): void {
    this.finish(code, reason);
  }

  /** A listener that the application has added must hear of messages as well, from ws. */
  readsDirectly(): boolean {
    return !this.closing && !this.hasOwnListeners;
  }

  override on(...args: Listening): this {
    this.note(args);
    return super.on(...args);
  }

  override addListener(...args: Listening): this {
    this.note(args);
    return super.addListener(...args);
  }

  override prependListener(...args: Listening): this {
    this.note(args);
    return super.prependListener(...args);
  }

  /** While nothing was read nothing could be heard: silence counts from here. */
  override resume(): void {
    this.alive = true;
    super.resume();
  }

  /** Notes a listener for messages that the application adds beside ours. */
  private note([event]: Listening): void {
    if (event === 'message') this.hasOwnListeners = this.listenerCount('message') > 0;
  }
}
