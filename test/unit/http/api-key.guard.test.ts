import { describe, expect, it, vi } from 'vitest';
import { UnauthorizedException } from '@nestjs/common';
import { HttpAdapterHost, type AbstractHttpAdapter } from '@nestjs/core';
import { ApiKeyGuard } from '../../../src/http/api-key.guard.js';
import { ApiKeys } from '../../../src/http/api-keys.js';

describe('ApiKeyGuard', () => {
  const setHeader = vi.fn();
  const host = new HttpAdapterHost();
  host.httpAdapter = { setHeader } as unknown as AbstractHttpAdapter;
  const guard = new ApiKeyGuard(new ApiKeys({ apiKeys: ['right'] }), host);
  const response = {};

  it('lets the right key through and adds nothing to the answer', () => {
    guard.check({ authorization: 'Bearer right' }, response);
    expect(setHeader).not.toHaveBeenCalled();
  });

  it('refuses others and says which scheme is wanted', () => {
    const check = () => guard.check({ authorization: 'Bearer secret-but-wrong' }, response);
    expect(check).toThrow(UnauthorizedException);
    expect(check).toThrow(expect.not.stringContaining('secret-but-wrong') as never);
    expect(setHeader).toHaveBeenCalledWith(response, 'WWW-Authenticate', 'Bearer');
  });
});
