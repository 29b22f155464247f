import type { CloseRequest } from '../engine/node-handler.js';
import type { Except, Member } from '../engine/target.js';
import { CloseCode, ErrorCode } from '../protocol/codes.js';
import { isConnectionId, isName, isUid, NAME_RULE, UID_RULE } from '../protocol/names.js';
import { PushException } from '../protocol/push.exception.js';

/** Checks of what callers of the push API pass in: plain JavaScript reaches it as well. */

const MAX_REASON_BYTES = 123;

export function checkUid(uid: unknown, field = 'uid'): string {
  if (!isUid(uid)) throw invalid(field, `must be ${UID_RULE}`);
  return uid;
}

export function checkUids(uids: unknown): string[] {
  if (!Array.isArray(uids)) throw invalid('uids', 'must be an array of uids');
  return uids.map((uid, index) => checkUid(uid, `uids.${index}`));
}

export function checkGroup(group: unknown): string {
  if (!isName(group)) throw invalid('group', `must be ${NAME_RULE}`);
  return group;
}

export function checkConnectionId(connectionId: unknown): string {
  if (typeof connectionId !== 'string' || !isConnectionId(connectionId)) {
    throw invalid('connectionId', 'must be a connectionId that this module has given');
  }
  return connectionId;
}

/** Tells a uid and a connectionId apart by their form. */
export function checkMember(member: unknown): Member {
  if (typeof member === 'string' && isConnectionId(member)) {
    return { kind: 'connection', connectionId: member };
  }
  return { kind: 'uid', uid: checkUid(member, 'uid or connectionId') };
}

export function checkExcept(except: unknown): Except | undefined {
  if (except === undefined) return undefined;
  const names: unknown[] = Array.isArray(except) ? except : [except];
  if (!names.every((name) => typeof name === 'string')) {
    throw invalid('except', 'must be a uid or connectionId, or an array of them');
  }
  return names.length === 0 ? undefined : new Set(names);
}

/** RFC 6455, section 7.4: what an application may send, and how long a reason may be. */
export function checkClose(options: Partial<CloseRequest> = {}): CloseRequest {
  const { code = CloseCode.DISCONNECTED, reason = 'disconnected by the server' } = options;
  if (!isApplicationCloseCode(code)) {
    throw invalid('code', 'must be 1000 or a whole number from 3000 to 4999');
  }
  if (typeof reason !== 'string' || Buffer.byteLength(reason) > MAX_REASON_BYTES) {
    throw invalid('reason', `must be a string of at most ${MAX_REASON_BYTES} bytes in UTF-8`);
  }
  return { code, reason };
}

function isApplicationCloseCode(code: unknown): code is number {
  return code === 1000 || (Number.isInteger(code) && Number(code) >= 3000 && Number(code) <= 4999);
}

function invalid(field: string, rule: string): PushException {
  return new PushException(ErrorCode.VALIDATION_FAILED, `${field} ${rule}.`, [
    { field, errors: [`${field} ${rule}`] },
  ]);
}
