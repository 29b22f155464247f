import cluster from 'node:cluster';
import { ConsoleLogger, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { serveDocs } from './docs/serve-docs.js';
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
  serveDocs(app, settings.path);
  servePage(app);
  await app.listen(settings.port, settings.host);
  const http = await app.getUrl();
  const socket = http.replace(/^http/, 'ws') + settings.path;
  console.log(`Listening on ${socket} (push API: ${http}/push, described at ${http}/docs)`);
  if (!cluster.isWorker) console.log(nextSteps(http, settings));
}
