import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiPropertyOptional,
  ApiQuery,
  ApiResponse,
  ApiTags,
  getSchemaPath,
  type ApiPropertyOptions,
} from '@nestjs/swagger';
import { PushApiController } from '../push-api.controller.js';
import { PushMessageDto } from '../push-message.dto.js';
import { PushRequestDto } from '../push-request.dto.js';
import { MAX_NAME_LENGTH } from '../../protocol/names.js';
import { ANY_JSON } from './any-json.js';
import {
  PushApiError,
  PushDisconnected,
  PushExplanation,
  PushKeptMessages,
  PushPresence,
  PushRequestOutcome,
  PushSendResult,
  PushStats,
} from './answers.js';

const ERRORS = {
  400: 'A field is broken; `message` names each one.',
  401: 'No valid key.',
  404: 'No device of the uid is online that can answer; or no such message is kept.',
  409: 'Every device refused the request.',
  413: 'The body, or the data in it, is larger than the limit.',
  415: 'The body is not application/json in UTF-8, or compressed with something unknown.',
  422: 'The Idempotency-Key came before with another body; the code is CONFLICT.',
  429: 'Too many requests of this node wait for answers or receipts; try again later.',
  503: 'The cluster cannot be reached now; try again later.',
  504: 'The request was not answered in time.',
} as const;

const NAME = { type: 'string', minLength: 1, maxLength: MAX_NAME_LENGTH } as const;
const ANY: ApiPropertyOptions = {
  description: 'Any JSON value. Numbers are doubles: send an integer beyond 2^53 - 1 as a string.',
  ...ANY_JSON,
};
const MILLISECONDS = { type: 'integer', minimum: 1 } as const;
let described = false;

/**
 * Describes the HTTP push API for `SwaggerModule.createDocument`; call it before. The name of
 * the security scheme is `bearer`, as with `DocumentBuilder.addBearerAuth()`.
 *
 * It is a function and not decorators in place, so that the package works without
 * `@nestjs/swagger`.
 */
export function describePushApi(): void {
  if (described) return;
  described = true;
  describeMessage();
  describeRequestBody();
  applyDecorators(
    ApiTags('push'),
    ApiBearerAuth(),
    ApiExtraModels(PushApiError),
    answers(401),
  )(PushApiController);
  describeOptionsOfSend();
  describeSend();
  describeRequest();
  describePresence();
  describeDisconnect();
  describeKept();
  describeStats();
}

function describeMessage(): void {
  property(PushMessageDto, 'to', {
    description: 'Whom it is for: a uid, "all", a list of uids, or a group.',
    oneOf: [
      { ...NAME, description: 'A uid, or "all".' },
      { type: 'array', minItems: 1, items: NAME },
      {
        type: 'object',
        properties: { group: NAME },
        required: ['group'],
        additionalProperties: false,
      },
    ],
    example: 'alice',
  });
  property(PushMessageDto, 'data', { ...ANY, example: { type: 'shipped', order: 42 } });
}

/** All of them retain the message. */
function describeOptionsOfSend(): void {
  const option = (name: keyof PushMessageDto, options: ApiPropertyOptions): void =>
    optional(PushMessageDto, name, options);
  option('retain', {
    description: 'Keeps it for those who are away; `ttl` in milliseconds. To uids and groups only.',
    oneOf: [
      { type: 'boolean' },
      {
        type: 'object',
        properties: { ttl: { type: 'integer', minimum: 1 } },
        required: ['ttl'],
        additionalProperties: false,
      },
    ],
  });
  option('settle', {
    enum: ['first-ack'],
    description: 'The first device that acknowledges it takes it from the others.',
  });
  option('undeliveredAfter', {
    ...MILLISECONDS,
    description: 'Milliseconds within which a device is to acknowledge it.',
  });
  option('receipt', {
    enum: ['written', 'acked'],
    description: 'Answers when that much is known of a device, or time is up.',
  });
  option('quorum', {
    enum: ['any', 'all'],
    default: 'any',
    description: 'With `receipt`: of one device, or of all that are online.',
  });
  option('timeout', { ...MILLISECONDS, description: 'With `receipt`: milliseconds.' });
}

function describeRequestBody(): void {
  property(PushRequestDto, 'to', { ...NAME, description: 'A uid.', example: 'alice' });
  property(PushRequestDto, 'data', { ...ANY, example: { approve: 17 } });
  optional(PushRequestDto, 'timeout', {
    ...MILLISECONDS,
    description: 'Milliseconds for the devices to answer; an option of the server by default.',
  });
  optional(PushRequestDto, 'policy', {
    enum: ['any', 'all'],
    default: 'any',
    description: 'Whether the first answer is enough, or every device is to answer or refuse.',
  });
}

function describeSend(): void {
  operation(
    'send',
    ApiOperation({ summary: 'Send to one uid, several, a group, or everyone' }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A repeat with the same key and body gets the first answer, and nothing is sent again. Remembered by all nodes together, for a while.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ApiBody({ type: PushMessageDto }),
    ApiResponse({ status: 202, description: 'On its way.', type: PushSendResult }),
    answers(400, 413, 415, 422, 429, 503),
  );
}

function describeRequest(): void {
  operation(
    'request',
    ApiOperation({ summary: 'Ask the devices of a uid' }),
    ApiBody({ type: PushRequestDto }),
    ApiResponse({ status: 200, description: 'What they answered.', type: PushRequestOutcome }),
    answers(400, 404, 409, 413, 415, 429, 503, 504),
  );
}

function describePresence(): void {
  operation(
    'presence',
    ApiOperation({ summary: 'Whether a uid is online, and its connections' }),
    uidParameter(),
    ApiResponse({
      status: 200,
      description: 'Also for a uid that is not known: `online` is false.',
      type: PushPresence,
    }),
    answers(400, 503),
  );
}

function describeDisconnect(): void {
  operation(
    'disconnect',
    ApiOperation({ summary: 'Close every connection of a uid' }),
    uidParameter(),
    ApiResponse({ status: 200, description: 'Also when it had none.', type: PushDisconnected }),
    answers(400, 503),
  );
}

function describeKept(): void {
  operation(
    'messages',
    ApiOperation({ summary: 'What is kept for a uid, and what became of it' }),
    uidParameter(),
    ApiQuery({ name: 'after', required: false, schema: { type: 'integer', minimum: 0 } }),
    ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1 } }),
    ApiResponse({ status: 200, description: 'In order.', type: PushKeptMessages }),
    answers(400, 503),
  );
  operation(
    'explain',
    ApiOperation({ summary: 'What became of a retained message' }),
    ApiParam({ name: 'id', schema: { type: 'string' } }),
    ApiQuery({ name: 'uid', required: false, schema: NAME }),
    ApiResponse({ status: 200, description: 'As of now.', type: PushExplanation }),
    answers(400, 404, 503),
  );
}

function describeStats(): void {
  operation(
    'stats',
    ApiOperation({ summary: 'Counts over the cluster' }),
    ApiResponse({ status: 200, description: 'Now.', type: PushStats }),
    answers(503),
  );
}

function property<T extends object>(
  dto: new () => T,
  name: keyof T & string,
  options: ApiPropertyOptions,
): void {
  ApiProperty(options)(dto.prototype as object, name);
}

function optional<T extends object>(
  dto: new () => T,
  name: keyof T & string,
  options: ApiPropertyOptions,
): void {
  ApiPropertyOptional(options)(dto.prototype as object, name);
}

function operation(
  name: Exclude<keyof PushApiController, symbol>,
  ...decorators: MethodDecorator[]
): void {
  const prototype: object = PushApiController.prototype;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  for (const decorate of decorators) decorate(prototype, name, descriptor);
}

function uidParameter(): MethodDecorator {
  return ApiParam({ name: 'uid', schema: NAME });
}

function answers(...statuses: (keyof typeof ERRORS)[]): MethodDecorator & ClassDecorator {
  const schema = { $ref: getSchemaPath(PushApiError) };
  return applyDecorators(
    ...statuses.map((status) => ApiResponse({ status, description: ERRORS[status], schema })),
  );
}
