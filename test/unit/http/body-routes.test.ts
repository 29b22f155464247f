import { describe, expect, it } from 'vitest';
import { ApplicationConfig } from '@nestjs/core';
import { BodyRoutes } from '../../../src/http/body-routes.js';

describe('BodyRoutes', () => {
  it('follows the global prefix, whenever it is set', () => {
    const config = new ApplicationConfig();
    const routes = new BodyRoutes({ path: 'push' }, config);
    expect(routes.match('POST', '/push/messages')).toBe(true);
    expect(routes.match('POST', '/api/push/messages')).toBe(false);
    config.setGlobalPrefix('/api/');
    expect(routes.match('POST', '/api/push/messages')).toBe(true);
    expect(routes.match('POST', '/API/Push/Messages/')).toBe(true);
  });

  it('matches a route that is excluded from the prefix', () => {
    const config = new ApplicationConfig();
    config.setGlobalPrefix('api');
    expect(new BodyRoutes({ path: 'push' }, config).match('POST', '/push/messages')).toBe(true);
  });

  it('matches nothing else', () => {
    const routes = new BodyRoutes({ path: 'push' }, new ApplicationConfig());
    expect(routes.match('GET', '/push/messages')).toBe(false);
    for (const path of [
      '/',
      '/messages',
      '/push/messages/1',
      '/a/push/messages',
      '/apush/messages',
    ]) {
      expect(routes.match('POST', path)).toBe(false);
    }
  });
});
