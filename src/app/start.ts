import cluster from 'node:cluster';
import { ConsoleLogger, ValidationPipe, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describePushApi } from '../http/openapi/index.js';
import { AppModule } from './app.module.js';
import { nextSteps } from './next-steps.js';
import { servePage } from './page.controller.js';
import { readSettings } from './settings.js';

/** Serves the example until SIGTERM or SIGINT. */
export async function start(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(env);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(settings), {
    logger: new ConsoleLogger({ logLevels: ['fatal', 'error', 'warn'] }),
    abortOnError: false,
  });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
  app.enableShutdownHooks();
  serveDescription(app);
  servePage(app);
  await app.listen(settings.port, settings.host);
  const http = await app.getUrl();
  const socket = http.replace(/^http/, 'ws') + settings.path;
  console.log(`Listening on ${socket} (push API: ${http}/push, described at ${http}/docs)`);
  if (!cluster.isWorker) console.log(nextSteps(http, settings));
}

/** The OpenAPI page at /docs, its document at /docs-json. */
function serveDescription(app: INestApplication): void {
  describePushApi();
  const config = new DocumentBuilder().setTitle('Push API').addBearerAuth().build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config));
}
