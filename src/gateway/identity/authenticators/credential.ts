import type { Credential } from '../../../protocol/frames.js';

/**
 * The string that a credential carries: the whole first frame of a text client, or the member
 * `field` of what a json client sent with `auth`. Undefined when there is no such string. Only
 * the credential's own members count, never what it could inherit.
 */
export function readCredential(credential: Credential, field: 'token' | 'uid'): string | undefined {
  if (typeof credential === 'string') return credential;
  const value = Object.hasOwn(credential, field) ? credential[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}
