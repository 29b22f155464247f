import { Inject } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { ErrorCode } from '../../protocol/codes.js';
import type { SendResult, WatchedData } from '../../protocol/frames.js';
import { andThen, type MaybePromise } from '../../protocol/maybe-promise.js';
import type { Connection as RegisteredConnection } from '../../registry/connection.js';
import { Acknowledgements, type Acknowledged } from '../../delivery/acknowledgements.js';
import { Asked } from '../../delivery/requests/asked.js';
import { AckDto } from '../../validation/ack.dto.js';
import { BroadcastDto } from '../../validation/broadcast.dto.js';
import { Connection } from './decorators.js';
import { IdentityRenewal } from './identity-renewal.js';
import { FrameDataPipe } from '../../validation/frame-data.pipe.js';
import type { OwnReply } from '../frames/frame-handler.js';
import { MessageRouter } from '../message-router.js';
import { WatchRouter } from '../watch-router.js';
import { targetOf } from '../../engine/target.js';
import { ResponseDto } from '../../validation/response.dto.js';
import { PushGateway } from './push-gateway.decorator.js';
import { SendDto } from '../../validation/send.dto.js';
import { WatchDto } from '../../validation/watch.dto.js';

/**
 * The gateway of the push socket: the events that a client may send once its first message has
 * bound its uid. To put guards, interceptors or pipes of your own before them, extend the class,
 * decorate it, and give it as `gateway` in the options; methods that you override must be
 * decorated with `@SubscribeMessage` again.
 */
@PushGateway()
export class UidGateway {
  // Not by the constructor: a subclass has one of its own, for what it asks Nest for.
  @Inject() private readonly router!: MessageRouter;
  @Inject() private readonly watches!: WatchRouter;
  @Inject() private readonly asked!: Asked;
  @Inject() private readonly acknowledgements!: Acknowledgements;
  @Inject() private readonly renewal!: IdentityRenewal;

  /** Renews the identity of the connection; for the same uid only. */
  @SubscribeMessage('auth')
  renew(
    @Connection() connection: RegisteredConnection,
    @MessageBody() credential: unknown,
  ): MaybePromise<OwnReply> {
    return andThen(this.renewal.renew(connection, credential), () => {
      const { uid, connectionId } = connection;
      return { event: 'auth', data: { uid, connectionId } };
    });
  }

  /** Sends to a uid, uids or a group, as far as the route policy lets the client. */
  @SubscribeMessage('send')
  send(
    @Connection() sender: RegisteredConnection,
    @MessageBody(FrameDataPipe) { to, data }: SendDto,
  ): MaybePromise<OwnReply> {
    return andThen(this.router.route(sender, targetOf(to), data), sent);
  }

  /** Sends to everyone, as far as the route policy lets the client. */
  @SubscribeMessage('broadcast')
  broadcast(
    @Connection() sender: RegisteredConnection,
    @MessageBody(FrameDataPipe) { data }: BroadcastDto,
  ): MaybePromise<OwnReply> {
    return andThen(this.router.route(sender, { kind: 'all' }, data), sent);
  }

  /** A device has seen all messages up to there. */
  @SubscribeMessage('ack')
  acknowledge(
    @Connection() device: RegisteredConnection,
    @MessageBody(FrameDataPipe) { offset }: AckDto,
  ): MaybePromise<OwnReply> {
    return andThen(this.acknowledgements.acknowledge(device, offset), acked);
  }

  /** A device answers a request; it hears of it only if that is refused. */
  @SubscribeMessage('response')
  respond(
    @Connection() device: RegisteredConnection,
    @MessageBody(FrameDataPipe) response: ResponseDto,
  ): MaybePromise<void> {
    return this.asked.respond(device, response.toResponse());
  }

  /** Answers who of these is online, and tells when that changes. */
  @SubscribeMessage('watch')
  watch(
    @Connection() watcher: RegisteredConnection,
    @MessageBody(FrameDataPipe) { uids }: WatchDto,
  ): MaybePromise<OwnReply> {
    return andThen(this.watches.watch(watcher, uids), watched);
  }

  /** Tells no more of these uids. */
  @SubscribeMessage('unwatch')
  unwatch(
    @Connection() watcher: RegisteredConnection,
    @MessageBody(FrameDataPipe) { uids }: WatchDto,
  ): OwnReply {
    this.watches.unwatch(watcher, uids);
    return { event: 'unwatched' };
  }

  /** Says that every frame before this one was handled. */
  @SubscribeMessage('ping')
  ping(): OwnReply {
    return { event: 'pong' };
  }
}

export function sent(result: SendResult): OwnReply {
  return { event: 'sent', data: result };
}

function watched(data: WatchedData): OwnReply {
  return { event: 'watched', data };
}

/** An error only for those who want an answer: too late is no mistake. */
function acked({ cursor, isTooLate }: Acknowledged): OwnReply {
  if (!isTooLate) return { event: 'acked', data: { offset: cursor } };
  const message = 'Another device has acknowledged this message first.';
  return { event: 'error', data: { code: ErrorCode.CONFLICT, message } };
}
