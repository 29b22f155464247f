import supertest from 'supertest';
import { PushApiModule } from '../../src/http/push-api.module.js';
import type { AppOptions } from './app.js';
import { useApp, type TestApp } from './use-app.js';

export const KEY = 'first-key-of-the-test';
export const OTHER_KEY = 'second-key-of-the-test';

/** The HTTP servers on which the push API keeps its promises, for `describe.each`. */
export const ADAPTERS = ['express', 'fastify'] as const;

export interface ApiUnderTest {
  readonly app: TestApp;
  /** Starts the application with the API for both keys, unless told what to import. */
  readonly start: (options?: AppOptions) => Promise<void>;
  readonly request: (
    method: 'get' | 'post' | 'delete',
    path: string,
    key?: string,
  ) => supertest.Test;
}

/** An application with the HTTP push API, and requests to it. */
export function usePushApi(adapter: (typeof ADAPTERS)[number]): ApiUnderTest {
  const app = useApp({ adapter });
  return {
    app,
    start: (options) => {
      const imports = [PushApiModule.forRoot({ apiKeys: [KEY, OTHER_KEY] })];
      return app.start({ imports, ...options });
    },
    request: (method, path, key = KEY) =>
      supertest(app.http)[method](path).set('Authorization', `Bearer ${key}`),
  };
}
