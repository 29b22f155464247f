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
}

/** A socket to which things happen because time passes. */
export interface Timed extends Refusable {
  readonly phase: Phase;
  /** Whether anything was heard since the last heartbeat, which sets it back. */
  alive: boolean;
  /** Liveness's own note: milliseconds since the epoch; 0 when the identity does not expire. */
  expiresAt: number;
  /** Liveness's own note: slot of the timing wheel. */
  deadline: number;
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
    if (socket.phase === Phase.Fresh) {
      refuse(socket, noFirstMessage(), CloseCode.AUTH_TIMEOUT);
    } else if (socket.phase === Phase.Open) {
      if (socket.expiresAt !== 0 && socket.expiresAt <= Date.now()) {
        refuse(socket, expired(), CloseCode.UNAUTHORIZED);
      } else {
        this.beat(socket);
      }
    }
  }

  /** A peer that let a whole interval pass without a frame or a pong is gone. */
  private beat(socket: Timed): void {
    if (!socket.alive) {
      socket.terminate();
      return;
    }
    socket.alive = false;
    socket.ping();
    this.schedule(socket, this.options.heartbeatInterval);
  }
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
