import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Codec } from '../../protocol/codec.js';
import { CloseCode, ErrorCode } from '../../protocol/codes.js';
import { Codecs } from '../../protocol/codecs.js';
import type { FirstFrame, FrameId } from '../../protocol/frames.js';
import { andThen, isPromise, orElse, type MaybePromise } from '../../protocol/maybe-promise.js';
import { FrameException, PushException } from '../../protocol/push.exception.js';
import { Recovery, type Arrived } from '../../delivery/recovery.js';
import type { ReplaySocket } from '../../delivery/replay.js';
import { FaultLog } from '../../registry/fault-log.js';
import type { Connection } from '../../registry/connection.js';
import { LocalNode } from '../../registry/local-node.js';
import { OutboundFrame, type Transport } from '../../registry/transport.js';
import { Signals } from '../../signals/signals.js';
import type { RawFrame } from '../socket/frame-queue.js';
import { refuse, type Refusable } from '../socket/refusal.js';
import { Authentication } from './authentication.js';
import type { Identity } from './authenticators/authenticator.js';
import { reasonOf } from './identity-refused.js';
import { Refusals } from './refusals.js';

/** A socket that wants to be let in. */
export interface Candidate extends Refusable, Transport, ReplaySocket {
  readonly address: string;
  /** The upgrade request, until the socket is open. */
  readonly request: IncomingMessage | null;
  /** Of the subprotocol; where none was negotiated, the gate says which one it is. */
  codec: Codec | undefined;
  /** Its first message is being looked at. */
  enter(): void;
  /**
   * It is in, and hears of it by the welcome; what it missed may follow. Nothing happens if it has
   * closed meanwhile.
   */
  open(welcome: OutboundFrame, expiresAt?: number, missesMessages?: boolean): void;
}

/** Lets a socket in by its first message, and binds its uid. */
@Injectable()
export class FirstMessageGate {
  private readonly faults = new FaultLog("Authentication failed on the server's side");

  constructor(
    private readonly codecs: Codecs,
    private readonly authentication: Authentication,
    private readonly refusals: Refusals,
    private readonly local: LocalNode,
    /** Null where nothing is kept that could be missed. */
    @Inject(Recovery) private readonly recovery: Recovery | null,
    private readonly signals: Signals,
  ) {}

  /** Handles the first frame of a socket. Never throws or rejects. */
  enter(candidate: Candidate, frame: RawFrame): MaybePromise<void> {
    candidate.enter();
    const codec = (candidate.codec ??= this.codecs.byFirstByte(firstByteOf(frame)));
    let id: FrameId | undefined;
    return orElse(
      () => {
        const first = decodeFirst(codec, frame);
        id = first.id;
        return this.identify(candidate, codec, first);
      },
      (error) => {
        if (error instanceof FrameException) id = error.frameId;
        this.turnAway(candidate, codec, error, id);
      },
    );
  }

  private identify(candidate: Candidate, codec: Codec, first: FirstFrame): MaybePromise<void> {
    const { address, request } = candidate;
    const applicant = { address, codec, request, socket: candidate };
    const identity = this.authentication.identify(applicant, first.credential);
    if (!isPromise(identity)) return this.admit(candidate, codec, first, identity);
    const { arrivals } = this.local;
    const arrival = arrivals.begin();
    return identity
      .then((who) => {
        const dismissal = arrivals.dismissalOf(who.uid, arrival);
        if (dismissal !== undefined) return candidate.shut(dismissal.code, dismissal.reason);
        return this.admit(candidate, codec, first, who);
      })
      .finally(() => arrivals.end(arrival));
  }

  private admit(
    candidate: Candidate,
    codec: Codec,
    first: FirstFrame,
    { uid, claims, expiresAt, device = first.device }: Identity,
  ): MaybePromise<void> {
    if (candidate.isClosed) return;
    const details = { uid, claims, device, codec, address: candidate.address };
    const before = this.recovery?.positionOf(uid);
    return andThen(this.local.attach(candidate, details), (connection) => {
      if (connection === null) throw tooManyConnections();
      if (this.recovery === null) return this.letIn(candidate, connection, first, expiresAt);
      const arrived = this.recovery.arrive(connection, before, first.recover);
      return andThen(arrived, (what) => this.letIn(candidate, connection, first, expiresAt, what));
    });
  }

  private letIn(
    candidate: Candidate,
    { uid, connectionId, codec }: Connection,
    { id }: FirstFrame,
    expiresAt: number | undefined,
    arrived?: Arrived,
  ): void {
    const welcome = codec.encodeWelcome(uid, connectionId, id, arrived?.stream);
    candidate.open(new OutboundFrame(welcome), expiresAt, arrived?.isBehind);
    arrived?.followOn(candidate);
  }

  private turnAway(candidate: Candidate, codec: Codec, error: unknown, id?: FrameId): void {
    // It has gone by itself, and nothing that came of that is to be told.
    if (candidate.isClosed) return;
    const closeCode = error instanceof PushException ? CLOSE_CODES[error.code] : undefined;
    if (closeCode === undefined) {
      this.signals.logins.add(ErrorCode.INTERNAL);
      this.faults.tell(error);
      refuse(candidate, unavailable(), CloseCode.INTERNAL_ERROR, id);
    } else {
      const { address } = candidate;
      this.signals.logins.add((error as PushException).code);
      this.refusals.tell({ address, codec }, reasonOf(error as PushException));
      refuse(candidate, error, closeCode, id);
    }
  }
}

function firstByteOf(frame: RawFrame): number | undefined {
  return typeof frame === 'string' ? frame.charCodeAt(0) : frame[0];
}

function decodeFirst(codec: Codec, frame: RawFrame): FirstFrame {
  if (typeof frame === 'string') return codec.decodeFirst(frame);
  throw new PushException(ErrorCode.AUTH_REQUIRED, 'Send text frames only.');
}

const CLOSE_CODES: Partial<Record<string, CloseCode>> = {
  [ErrorCode.AUTH_REQUIRED]: CloseCode.UNAUTHORIZED,
  [ErrorCode.AUTH_FAILED]: CloseCode.UNAUTHORIZED,
  [ErrorCode.CONNECTION_LIMIT]: CloseCode.CONNECTION_LIMIT,
  [ErrorCode.CONNECTION_LIMIT_UNSURE]: CloseCode.CONNECTION_LIMIT_UNSURE,
};

function tooManyConnections(): PushException {
  return new PushException(
    ErrorCode.CONNECTION_LIMIT,
    'This uid has as many connections as it may have; close one first.',
  );
}

function unavailable(): PushException {
  return new PushException(ErrorCode.INTERNAL, 'The server could not authenticate; try again.');
}
