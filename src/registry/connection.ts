import { AsyncSubject, type Observable } from 'rxjs';
import type { ConnectionInfo } from '../engine/connection-info.js';
import type { Codec } from '../protocol/codec.js';
import { nodeOfConnection } from '../protocol/names.js';
import type { OutboundFrame, Transport } from './transport.js';

/** Why a connection is in a group: its uid is a member, it is one itself, or both. */
export const enum Membership {
  OfUid = 1,
  OfConnection = 2,
}

export interface ConnectionDetails {
  uid: string;
  codec: Codec;
  address: string;
  device?: string;
  claims?: Readonly<Record<string, unknown>>;
}

const NO_CLAIMS: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * One authenticated socket of a uid. What handlers get from `@Connection()`.
 *
 * There may be a hundred thousand of them, so what most never use (attributes, groups) is made
 * on first use, and the connections of one uid are a linked list instead of a set of their own.
 */
export class Connection {
  // What every message needs comes first: see PushSocket.
  readonly codec: Codec;
  /** @internal The next younger connection of the same uid on this node. */
  sibling: Connection | null = null;
  readonly uid: string;
  /** The peer's network address. */
  readonly address: string;
  readonly device: string | undefined;
  private readonly connectedAt = Date.now();
  private ownClaims: Readonly<Record<string, unknown>>;
  private ownAttributes: Map<string, unknown> | null = null;
  private closing: AsyncSubject<void> | null = null;
  private gone = false;
  /** @internal The engine has placed it; before that nobody is told of it. */
  isIn = false;

  /** @internal Groups of this connection and why it is in each; those that it was in when it went. */
  groups: Map<string, number> | null = null;

  /** @internal */
  constructor(
    readonly connectionId: string,
    /** @internal */
    readonly transport: Transport,
    details: ConnectionDetails,
  ) {
    this.uid = details.uid;
    this.codec = details.codec;
    this.address = details.address;
    this.device = details.device;
    this.ownClaims = details.claims ?? NO_CLAIMS;
  }

  /** When it was authenticated. */
  get since(): Date {
    return new Date(this.connectedAt);
  }

  /** What the authenticator returned beside the uid; replaced when the identity is renewed. */
  get claims(): Readonly<Record<string, unknown>> {
    return this.ownClaims;
  }

  /** The application's own notes on this connection; JSON values, visible in `connectionsOf`. */
  get attributes(): Map<string, unknown> {
    return (this.ownAttributes ??= new Map());
  }

  /** Emits once, when the connection has gone; at once for one that has gone already. */
  get closed$(): Observable<void> {
    return (this.closing ??= this.gone ? completed() : new AsyncSubject());
  }

  /** @internal */
  get isGone(): boolean {
    return this.gone;
  }

  /** @internal */
  markClosed(): void {
    this.gone = true;
    this.closing?.next();
    this.closing?.complete();
  }

  /** @internal The same uid has shown a new identity. */
  renew(claims: Readonly<Record<string, unknown>> | undefined, expiresAt?: number): void {
    this.ownClaims = claims ?? NO_CLAIMS;
    this.transport.expireAt(expiresAt);
  }

  /** @internal A message. */
  send(frame: OutboundFrame): void {
    this.transport.deliver(frame);
  }

  /** @internal The answer to a frame. */
  answer(frame: OutboundFrame): void {
    this.transport.write(frame);
  }

  /** What the cluster may know of this connection. */
  describe(): ConnectionInfo {
    return {
      connectionId: this.connectionId,
      uid: this.uid,
      ...(this.device !== undefined && { device: this.device }),
      node: nodeOfConnection(this.connectionId)!,
      codec: this.codec.name,
      since: this.since.toISOString(),
      address: this.address,
      claims: this.ownClaims,
      attributes: Object.fromEntries(this.ownAttributes ?? []),
    };
  }
}

function completed(): AsyncSubject<void> {
  const subject = new AsyncSubject<void>();
  subject.next();
  subject.complete();
  return subject;
}
