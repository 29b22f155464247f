import { Inject, Injectable } from '@nestjs/common';
import { CloseCode, ErrorCode } from '../../protocol/codes.js';
import { PushException } from '../../protocol/push.exception.js';
import { GATEWAY_OPTIONS } from '../gateway.options.js';
import { Phase } from './phase.js';
import { refuse, type Refusable } from './refusal.js';
import { TimingWheel } from './timing-wheel.js';

/** Milliseconds by which a deadline may be late. */
const TICK = 100;

export interface LivenessOptions {
  /** Milliseconds for the first message. */
  authTimeout: number;
  /** Milliseconds between heartbeats; 0 for none. */
  heartbeatInterval: number;
  /** Milliseconds that a renewal which came in time is waited for. */
  authenticatorTimeout: number;
}

/** A socket to which things happen because time passes. */
export interface Timed extends Refusable {
  readonly phase: Phase;
  /** Whether anything was heard since the last heartbeat, which sets it back. */
  alive: boolean;
  /** Whether nothing is read from it now. */
  readonly isPaused: boolean;
  /** Liveness's own note: milliseconds since the epoch; 0 when the identity does not expire. */
  expiresAt: number;
  /** Liveness's own note: slot of the timing wheel. */
  deadline: number;
  /** Does it when every frame that has come until now was handled. */
  inTurn(task: (socket: Timed) => void): void;
  ping(): void;
  terminate(): void;
}

/**
 * Everything about a socket that happens because time passes: no first message, no sign of life,
 * an identity that expires. Each socket has one deadline at a time, all on one wheel.
 */
@Injectable()
export class Liveness {
  private readonly wheel = new TimingWheel<Timed>(TICK, (socket) => this.due(socket));

  constructor(@Inject(GATEWAY_OPTIONS) private readonly options: LivenessOptions) {}

  accepted(socket: Timed): void {
    socket.deadline = this.wheel.add(socket, this.options.authTimeout);
  }

  firstMessageCame(socket: Timed): void {
    this.wheel.remove(socket, socket.deadline);
  }

  opened(socket: Timed, expiresAt = 0): void {
    socket.expiresAt = expiresAt;
    this.schedule(socket, this.untilFirstHeartbeat());
  }

  renewed(socket: Timed, expiresAt = 0): void {
    this.wheel.remove(socket, socket.deadline);
    this.opened(socket, expiresAt);
  }

  closed(socket: Timed): void {
    this.wheel.remove(socket, socket.deadline);
  }

  stop(): void {
    this.wheel.stop();
  }

  /**
   * Clients that lost a server come back together: their heartbeats must not. Between half an
   * interval and a whole one, so that a round of them is no burst that holds up messages.
   */
  private untilFirstHeartbeat(): number {
    return this.options.heartbeatInterval * (1 - Math.random() / 2);
  }

  private schedule(socket: Timed, untilNextHeartbeat: number): void {
    const untilHeartbeat = untilNextHeartbeat || Infinity;
    const untilExpiry = socket.expiresAt === 0 ? Infinity : socket.expiresAt - Date.now();
    const delay = Math.min(untilHeartbeat, untilExpiry);
    if (delay !== Infinity) socket.deadline = this.wheel.add(socket, Math.max(delay, 0));
  }

  private due(socket: Timed): void {
    if (socket.phase === Phase.Fresh) afterReading(socket, cutIfSaidNothing);
    else if (socket.phase !== Phase.Open) return;
    else if (hasExpired(socket)) this.expire(socket);
    else this.beat(socket);
  }

  /**
   * A renewal that has come in time may still be asked about, or wait behind other frames: those
   * have their turn first, as long as an authenticator may take.
   */
  private expire(socket: Timed): void {
    const patience = socket.expiresAt + this.options.authenticatorTimeout - Date.now();
    if (patience <= 0) return endIfExpired(socket);
    socket.deadline = this.wheel.add(socket, patience);
    afterReading(socket, endInTurnIfExpired);
  }

  /**
   * A peer that let a whole interval pass without a frame or a pong is gone. Of one that we do not
   * read from, silence proves nothing.
   */
  private beat(socket: Timed): void {
    this.schedule(socket, this.options.heartbeatInterval);
    if (socket.isPaused) return;
    if (!socket.alive) return afterReading(socket, cutIfSilent);
    socket.alive = false;
    socket.ping();
  }
}

/**
 * What has come already is read first: a process that stood still finds its clocks run down
 * before it finds what was sent to it meanwhile.
 */
function afterReading(socket: Timed, decide: (socket: Timed) => void): void {
  setImmediate(decide, socket);
}

function cutIfSaidNothing(socket: Timed): void {
  if (socket.phase === Phase.Fresh) refuse(socket, noFirstMessage(), CloseCode.AUTH_TIMEOUT);
}

function cutIfSilent(socket: Timed): void {
  if (!socket.alive && !socket.isPaused) socket.terminate();
}

function hasExpired({ expiresAt }: Timed): boolean {
  return expiresAt !== 0 && expiresAt <= Date.now();
}

function endInTurnIfExpired(socket: Timed): void {
  socket.inTurn(endIfExpired);
}

function endIfExpired(socket: Timed): void {
  if (hasExpired(socket)) refuse(socket, expired(), CloseCode.UNAUTHORIZED);
}

function noFirstMessage(): PushException {
  return new PushException(ErrorCode.AUTH_TIMEOUT, 'No first message came in time.');
}

function expired(): PushException {
  return new PushException(
    ErrorCode.AUTH_EXPIRED,
    'The identity has expired; authenticate again with a new one.',
  );
}
