import {
  BadRequestException,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  UseGuards,
  UseInterceptors,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import type { KeptMessages } from '../delivery/archive.js';
import { IDEMPOTENCY_KEY_RULE, isIdempotencyKey } from '../delivery/idempotency-key.js';
import type { RequestOutcome } from '../delivery/requests/request-options.js';
import type { SendOutcome } from '../delivery/send-options.js';
import { Sender } from '../delivery/sender.js';
import { Sends } from '../delivery/sends.js';
import type { ConnectionInfo } from '../engine/connection-info.js';
import type { Counts } from '../engine/engine.js';
import type { Explanation } from '../history/history.js';
import { ErrorCode } from '../protocol/codes.js';
import { PushException } from '../protocol/push.exception.js';
import { checkRetention } from '../service/arguments.js';
import { ConnectionRegistryService } from '../service/connection-registry.service.js';
import { targetOf } from '../engine/target.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { BodyPipe } from './body.pipe.js';
import { toHttpException } from './http-exception.js';
import { JsonBody } from './json-body.decorator.js';
import { PushExceptionInterceptor } from './push-exception.interceptor.js';
import { PushMessageDto } from './push-message.dto.js';
import { PushRequestDto } from './push-request.dto.js';
import { UidPipe } from './uid.pipe.js';

export interface Presence {
  uid: string;
  online: boolean;
  connections: ConnectionInfo[];
}

interface KeyHeaders {
  authorization?: string;
  'idempotency-key'?: string;
}

/** As they stand in the address. */
interface ListQuery {
  after?: unknown;
  limit?: unknown;
}

/** The push API for other systems. Its path is the module's. */
@Controller({ version: VERSION_NEUTRAL })
@UseGuards(ApiKeyGuard)
@UseInterceptors(PushExceptionInterceptor)
export class PushApiController {
  constructor(
    private readonly sender: Sender,
    private readonly registry: ConnectionRegistryService,
    private readonly keys: ApiKeys,
    private readonly sends: Sends,
  ) {}

  /** With an `Idempotency-Key`, a repeat gets the first answer and is not sent again. */
  @Post('messages')
  @HttpCode(HttpStatus.ACCEPTED)
  async send(
    @JsonBody(new BodyPipe(PushMessageDto)) message: PushMessageDto,
    @Headers() { authorization, 'idempotency-key': key }: KeyHeaders,
  ): Promise<SendOutcome> {
    const target = targetOf(message.to);
    this.sender.checkRecipients(target);
    const request = { data: message.data };
    const retention = checkRetention(message);
    if (key === undefined) return this.sends.send(target, request, { retention });
    checkKey(key);
    const scope = this.keys.identify(authorization) ?? '';
    const sent = this.sends.send(target, request, { retention, key: { scope, key } });
    return Promise.resolve(sent).catch(refuseReuse);
  }

  /** Asks the devices of a uid, and answers when the request is over. */
  @Post('requests')
  @HttpCode(HttpStatus.OK)
  request(
    @JsonBody(new BodyPipe(PushRequestDto)) { to, data, timeout, policy }: PushRequestDto,
  ): Promise<RequestOutcome> {
    return this.registry.request(to, data, { timeout, policy });
  }

  /** A uid that nobody has ever used is one that is not online. */
  @Get('uids/:uid')
  async presence(@Param('uid', UidPipe) uid: string): Promise<Presence> {
    const connections = await this.registry.connectionsOf(uid);
    return { uid, online: connections.length > 0, connections };
  }

  /** What is kept for the uid; of one for whom nothing ever was, nothing. */
  @Get('uids/:uid/messages')
  messages(
    @Param('uid', UidPipe) uid: string,
    @Query() { after, limit }: ListQuery,
  ): Promise<KeptMessages> {
    return this.registry.messages(uid, { after: numberIn(after), limit: numberIn(limit) });
  }

  /** What became of a retained message: of any of its uids, unless one is named. */
  @Get('messages/:id')
  async explain(@Param('id') id: string, @Query('uid') uid?: string): Promise<Explanation> {
    const found = await this.registry.explain(id, { uid });
    if (found === undefined) {
      throw new PushException(ErrorCode.NOT_FOUND, 'No message with this id is kept.');
    }
    return found;
  }

  /** Answers how many nodes held a connection of the uid. */
  @Delete('uids/:uid')
  disconnect(@Param('uid', UidPipe) uid: string): Promise<{ nodes: number }> {
    return this.registry.disconnect(uid);
  }

  @Get('stats')
  stats(): Promise<Counts> {
    return this.registry.counts();
  }
}

/** What is no number in digits is refused by who is asked, with the name of the field. */
function numberIn(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : NaN;
}

/** @throws BadRequestException */
function checkKey(key: string): void {
  if (isIdempotencyKey(key)) return;
  throw new BadRequestException([`Idempotency-Key must be ${IDEMPOTENCY_KEY_RULE}`]);
}

/**
 * A key that came before with another body is 422, as the draft of the header says
 * (draft-ietf-httpapi-idempotency-key-header): with 409 programs try again, which will not help.
 */
function refuseReuse(error: unknown): never {
  const isReuse = error instanceof PushException && error.code === ErrorCode.CONFLICT;
  throw isReuse ? toHttpException(error, HttpStatus.UNPROCESSABLE_ENTITY) : error;
}
