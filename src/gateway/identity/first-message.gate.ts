import { Injectable, Logger } from '@nestjs/common';
import { CloseCode, ErrorCode } from '../../protocol/codes.js';
import { Codecs } from '../../protocol/codecs.js';
import type { Credential, FirstFrame } from '../../protocol/frames.js';
import { andThen, isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { FrameException, PushException } from '../../protocol/push.exception.js';
import type { Connection } from '../../registry/connection.js';
import { LocalNode } from '../../registry/local-node.js';
import { OutboundFrame } from '../../registry/transport.js';
import { authFailed, Authentication } from './authentication.js';
import type { Identity } from './authenticators/authenticator.js';
import { Liveness } from '../socket/liveness.js';
import { Phase, type PushSocket, type RawFrame } from '../socket/push-socket.js';
import { refuse } from '../socket/refusal.js';

/** Lets a socket in by its first message, and binds its uid. */
@Injectable()
export class FirstMessageGate {
  private readonly logger = new Logger('PushModule');

  constructor(
    private readonly codecs: Codecs,
    private readonly authentication: Authentication,
    private readonly local: LocalNode,
    private readonly liveness: Liveness,
  ) {}

  /** Handles the first frame of a socket. Never throws or rejects. */
  enter(socket: PushSocket, frame: RawFrame): MaybePromise<void> {
    socket.phase = Phase.Authenticating;
    this.liveness.firstMessageCame(socket);
    try {
      const first = this.decode(socket, frame);
      socket.authId = first.id;
      const done = andThen(this.authentication.identify(socket, first.credential), (identity) =>
        this.admit(socket, first, identity),
      );
      if (isPromise(done)) return done.catch((error: unknown) => this.turnAway(socket, error));
    } catch (error) {
      this.turnAway(socket, error);
    }
  }

  /**
   * Renews the identity of an open connection.
   *
   * @throws PushException AUTH_FAILED when it is refused or names another uid
   */
  renew(connection: Connection, credential: unknown): MaybePromise<void> {
    const socket = connection.transport as PushSocket;
    if (typeof credential !== 'object' || credential === null) throw authFailed();
    return andThen(this.authentication.identify(socket, credential as Credential), (identity) => {
      if (identity.uid !== connection.uid) throw authFailed();
      connection.renewClaims(identity.claims);
      this.liveness.renewed(socket, identity.expiresAt);
    });
  }

  private decode(socket: PushSocket, frame: RawFrame): FirstFrame {
    if (typeof frame === 'string') {
      socket.codec ??= this.codecs.byFirstByte(frame.charCodeAt(0));
      return socket.codec.decodeFirst(frame);
    }
    socket.codec ??= this.codecs.byFirstByte(frame[0]);
    throw new PushException(ErrorCode.AUTH_REQUIRED, 'Send text frames only.');
  }

  private admit(socket: PushSocket, first: FirstFrame, identity: Identity): MaybePromise<void> {
    // Closed meanwhile, with nothing left to handle: nobody needs to hear of it.
    if (socket.phase === Phase.Closed && socket.pending === null) return;
    const { uid, claims, device = first.device } = identity;
    const details = { uid, claims, device, codec: socket.codec!, address: socket.address };
    return andThen(this.local.attach(socket, details), (connection) => {
      if (connection === null) throw tooManyConnections();
      this.open(socket, connection, identity, first);
    });
  }

  private open(socket: PushSocket, connection: Connection, identity: Identity, first: FirstFrame) {
    const { uid, connectionId } = connection;
    const { request } = socket;
    const welcome = socket.codec!.encodeWelcome(uid, connectionId, first.id);
    socket.open(connection, new OutboundFrame(welcome));
    if (socket.phase !== Phase.Open) return;
    this.liveness.opened(socket, identity.expiresAt);
    if (request !== null) socket.host.opened(socket, request);
  }

  private turnAway(socket: PushSocket, error: unknown): void {
    if (error instanceof FrameException) socket.authId = error.frameId;
    const closeCode = error instanceof PushException ? CLOSE_CODES[error.code] : undefined;
    if (closeCode === undefined) {
      this.logger.error(`Authentication failed on the server's side: ${describe(error)}`);
      refuse(socket, unavailable(), CloseCode.INTERNAL_ERROR);
    } else {
      refuse(socket, error, closeCode);
    }
  }
}

const CLOSE_CODES: Partial<Record<string, CloseCode>> = {
  [ErrorCode.AUTH_REQUIRED]: CloseCode.UNAUTHORIZED,
  [ErrorCode.AUTH_FAILED]: CloseCode.UNAUTHORIZED,
  [ErrorCode.CONNECTION_LIMIT]: CloseCode.CONNECTION_LIMIT,
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

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `a thrown ${typeof error}`;
}
