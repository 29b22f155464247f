import { beforeEach, describe, expect, it } from 'vitest';
import { SetMetadata, VersioningType } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import SwaggerParser from '@apidevtools/swagger-parser';
import supertest from 'supertest';
import { PushApiModule } from '../../src/http/push-api.module.js';
import { describePushApi } from '../../src/http/openapi/index.js';
import { useApp } from '../support/use-app.js';

interface Operation {
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { required: boolean; content: Record<string, { schema: unknown }> };
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

const ERROR = { $ref: '#/components/schemas/PushApiError' };

const app = useApp();
let document: OpenAPIObject;

beforeEach(async () => {
  describePushApi();
  // A second call, by another application of the same process, must not describe things twice.
  describePushApi();
  await start();
});

async function start(decorators?: MethodDecorator[]): Promise<void> {
  await app.start({
    imports: [PushApiModule.forRoot({ apiKeys: ['key'], decorators })],
    configure: (nest) => {
      nest.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI });
      const config = new DocumentBuilder().setTitle('Test').addBearerAuth().build();
      document = SwaggerModule.createDocument(nest, config);
      SwaggerModule.setup('docs', nest, document);
    },
  });
}

function operation(method: 'get' | 'post' | 'delete', path: string): Operation {
  return document.paths[path][method] as unknown as Operation;
}

/** Every `$ref` of the document. */
function references(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]: [string, unknown]) =>
    key === '$ref' ? [value as string] : references(value),
  );
}

describe('the OpenAPI description', () => {
  it('is the same with decorators of the application on the routes', async () => {
    const before = document;
    await app.close();
    await start([SetMetadata('isPublic', true)]);
    expect(document).toEqual(before);
  });

  it('describes each request where they are, each behind the bearer key', () => {
    const requests = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(requests.sort()).toEqual([
      'delete /api/push/uids/{uid}',
      'get /api/push/messages/{id}',
      'get /api/push/stats',
      'get /api/push/uids/{uid}',
      'get /api/push/uids/{uid}/messages',
      'post /api/push/messages',
      'post /api/push/requests',
    ]);
    for (const request of requests) {
      const [method, path] = request.split(' ') as ['get', string];
      expect(operation(method, path).security).toEqual([{ bearer: [] }]);
    }
    expect(document.components?.securitySchemes).toMatchObject({ bearer: { scheme: 'bearer' } });
  });

  it('describes the body of a message', () => {
    const { requestBody, parameters } = operation('post', '/api/push/messages');
    const schema = { $ref: '#/components/schemas/PushMessageDto' };
    expect(requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema } },
    });
    expect(document.components?.schemas?.PushMessageDto).toMatchObject({
      required: ['to', 'data'],
      properties: {
        to: { oneOf: expect.any(Array) },
        data: { oneOf: expect.any(Array) },
        retain: { oneOf: expect.any(Array) },
        settle: { enum: ['first-ack'] },
        undeliveredAfter: { type: 'integer' },
        receipt: { enum: ['written', 'acked'] },
        quorum: { enum: ['any', 'all'] },
        timeout: { type: 'integer' },
      },
    });
    expect(parameters).toEqual([
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false }),
    ]);
  });

  it('describes the body of a request to devices', () => {
    expect(document.components?.schemas?.PushRequestDto).toMatchObject({
      required: ['to', 'data'],
      properties: {
        to: { type: 'string' },
        data: { oneOf: expect.any(Array) },
        timeout: { type: 'integer' },
        policy: { enum: ['any', 'all'] },
      },
    });
  });

  it.each([
    ['post', '/api/push/messages', 202, 'PushSendResult', [400, 401, 413, 415, 422, 429, 503]],
    [
      'post',
      '/api/push/requests',
      200,
      'PushRequestOutcome',
      [400, 401, 404, 409, 413, 415, 429, 503, 504],
    ],
    ['get', '/api/push/uids/{uid}', 200, 'PushPresence', [400, 401, 503]],
    ['delete', '/api/push/uids/{uid}', 200, 'PushDisconnected', [400, 401, 503]],
    ['get', '/api/push/uids/{uid}/messages', 200, 'PushKeptMessages', [400, 401, 503]],
    ['get', '/api/push/messages/{id}', 200, 'PushExplanation', [400, 401, 404, 503]],
    ['get', '/api/push/stats', 200, 'PushStats', [401, 503]],
  ] as const)('describes the answers of %s %s', (method, path, status, answer, errors) => {
    const { responses } = operation(method, path);
    expect(Object.keys(responses).map(Number)).toEqual([status, ...errors].sort());
    const schemaOf = (code: number) => responses[code].content?.['application/json'].schema;
    expect(schemaOf(status)).toEqual({ $ref: `#/components/schemas/${answer}` });
    for (const error of errors) expect(schemaOf(error)).toEqual(ERROR);
  });

  it('is valid by the parser of OpenAPI', async () => {
    // It resolves references in place.
    const copy = structuredClone(document) as unknown as Parameters<
      typeof SwaggerParser.validate
    >[0];
    await SwaggerParser.validate(copy);
  });

  it('refers to nothing that is not in it', () => {
    const schemas = Object.keys(document.components?.schemas ?? {});
    expect(references(document).length).toBeGreaterThan(10);
    for (const reference of references(document)) {
      expect(schemas.map((name) => `#/components/schemas/${name}`)).toContain(reference);
    }
  });

  it('is served', async () => {
    const { body } = await supertest(app.http).get('/docs-json').expect(200);
    expect((body as OpenAPIObject).openapi).toMatch(/^3\./);
    await supertest(app.http).get('/docs').expect(200);
  });
});
