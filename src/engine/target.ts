import type { Recipient } from '../protocol/frames.js';
import { EVERYONE } from '../protocol/names.js';

/** Whom a message, or a disconnect, is for. */
export type Target =
  | { readonly kind: 'uid'; readonly uid: string }
  | { readonly kind: 'uids'; readonly uids: readonly string[] }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'connection'; readonly connectionId: string }
  | { readonly kind: 'all' };

/** One uid or one connection: who can be a member of a group, or be disconnected. */
export type Member = Extract<Target, { kind: 'uid' | 'connection' }>;

/** Uids and connectionIds that are left out of a delivery. */
export type Except = ReadonlySet<string>;

/** Whom a client or a caller of the push API may name: one uid, a list, a group, or everyone. */
export type RouteTarget = Exclude<Target, { kind: 'connection' }>;

/** The target that a validated recipient names. */
export function targetOf(to: Recipient): RouteTarget {
  if (to === EVERYONE) return { kind: 'all' };
  if (typeof to === 'string') return { kind: 'uid', uid: to };
  if (Array.isArray(to)) return { kind: 'uids', uids: to };
  return { kind: 'group', group: to.group };
}
