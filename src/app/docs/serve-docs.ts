import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { pushAsyncApi } from '../../asyncapi/index.js';
import { describePushApi } from '../../http/openapi/index.js';
import { asyncApiPage, STYLE_HASH } from './async-api-page.js';

const ABOUT =
  'How other systems push. The socket is described at [/docs/asyncapi](/docs/asyncapi).';

/**
 * The push API at /docs, its OpenAPI document at /docs-json; the socket at /docs/asyncapi, its
 * AsyncAPI document at /docs/asyncapi.json.
 */
export function serveDocs(app: INestApplication, path: string): void {
  const http = app.getHttpAdapter();
  const describeSocket = async () => {
    const example = (await app.getUrl()).replace(/^http/, 'ws');
    return pushAsyncApi({ servers: { example }, path });
  };
  http.get('/docs/asyncapi.json', async (_: unknown, response: unknown) => {
    http.reply(response, await describeSocket(), 200);
  });
  http.get('/docs/asyncapi', async (_: unknown, response: unknown) => {
    http.setHeader(response, 'content-type', 'text/html; charset=utf-8');
    http.setHeader(
      response,
      'content-security-policy',
      `default-src 'none'; style-src ${STYLE_HASH}`,
    );
    http.reply(response, asyncApiPage(await describeSocket()), 200);
  });
  describePushApi();
  const config = new DocumentBuilder().setTitle('Push API').setDescription(ABOUT);
  SwaggerModule.setup('docs', app, () =>
    SwaggerModule.createDocument(app, config.addBearerAuth().build()),
  );
}
