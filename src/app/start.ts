import { ConsoleLogger, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readSettings } from './settings.js';

/** Serves the example until SIGTERM or SIGINT. */
export async function start(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(env);
  const app = await NestFactory.create(AppModule.with(settings), {
    logger: new ConsoleLogger({ logLevels: ['fatal', 'error', 'warn'] }),
    abortOnError: false,
  });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
  app.enableShutdownHooks();
  await app.listen(settings.port, settings.host);
  const http = await app.getUrl();
  console.log(
    `Listening on ${http.replace(/^http/, 'ws')}${settings.path}; push API on ${http}/push, its description on ${http}/docs`,
  );
}
