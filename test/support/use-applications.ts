import {
  Logger,
  type DynamicModule,
  type INestApplication,
  type LoggerService,
  type Type,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach } from 'vitest';
import { closeTestClients } from '../../src/testing/index.js';

const QUIET: LoggerService = { log() {}, warn() {}, error: console.error };

// Authenticators of examples speak when they are made, which is when their file is loaded.
Logger.overrideLogger(QUIET);

/** Applications of examples: they listen on free ports, and end with the test that started them. */
export function useApplications(): (module: Type | DynamicModule) => Promise<INestApplication> {
  const running: INestApplication[] = [];
  afterEach(async () => {
    await closeTestClients();
    await Promise.all(running.splice(0).map((app) => app.close()));
  });
  return async (module) => {
    const testing = await Test.createTestingModule({ imports: [module] })
      .setLogger(QUIET)
      .compile();
    const app = testing.createNestApplication();
    running.push(app);
    await app.listen(0, '127.0.0.1');
    return app;
  };
}
