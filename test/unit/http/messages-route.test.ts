import { describe, expect, it } from 'vitest';
import { ApplicationConfig } from '@nestjs/core';
import { MessagesRoute } from '../../../src/http/messages-route.js';

describe('MessagesRoute', () => {
  it('follows the global prefix, whenever it is set', () => {
    const config = new ApplicationConfig();
    const route = new MessagesRoute({ path: 'push' }, config);
    expect(route.matches('POST', '/push/messages')).toBe(true);
    expect(route.matches('POST', '/api/push/messages')).toBe(false);
    config.setGlobalPrefix('/api/');
    expect(route.matches('POST', '/api/push/messages')).toBe(true);
    expect(route.matches('POST', '/API/Push/Messages/')).toBe(true);
  });

  it('matches a route that is excluded from the prefix', () => {
    const config = new ApplicationConfig();
    config.setGlobalPrefix('api');
    expect(new MessagesRoute({ path: 'push' }, config).matches('POST', '/push/messages')).toBe(
      true,
    );
  });

  it('matches nothing else', () => {
    const route = new MessagesRoute({ path: 'push' }, new ApplicationConfig());
    expect(route.matches('GET', '/push/messages')).toBe(false);
    for (const path of [
      '/',
      '/messages',
      '/push/messages/1',
      '/a/push/messages',
      '/apush/messages',
    ]) {
      expect(route.matches('POST', path)).toBe(false);
    }
  });
});
