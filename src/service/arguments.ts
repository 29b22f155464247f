import type { MessagesQuery } from '../delivery/archive.js';
import { IDEMPOTENCY_KEY_RULE, isIdempotencyKey } from '../delivery/idempotency-key.js';
import type { Retention } from '../delivery/retained-sends.js';
import {
  isPolicy,
  isTimeout,
  POLICY_RULE,
  TIMEOUT_RULE,
  type RequestOptions,
} from '../delivery/requests/request-options.js';
import type { ReceiptRequest } from '../delivery/receipts/receipt-options.js';
import type { SendOptions } from '../delivery/send-options.js';
import { RETENTION_RULES, type RetentionOption } from '../delivery/send-rules.js';
import type { Except, Member } from '../engine/target.js';
import {
  CLOSE_CODE_RULE,
  CLOSE_REASON_RULE,
  isCloseCode,
  isCloseReason,
  type CloseRequest,
} from '../protocol/close.js';
import { CloseCode, ErrorCode } from '../protocol/codes.js';
import { isConnectionId, isName, isUid, NAME_RULE, UID_RULE } from '../protocol/names.js';
import { PushException } from '../protocol/push.exception.js';

/** Messages in one list at most. */
const MAX_LISTED = 1_000;

/** Checks of what callers of the push API pass in: plain JavaScript reaches it as well. */

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

export function checkIdempotencyKey(key: unknown): string | undefined {
  if (key === undefined || isIdempotencyKey(key)) return key;
  throw invalid('idempotencyKey', `must be ${IDEMPOTENCY_KEY_RULE}`);
}

const IMPLYING = 'settle, undeliveredAfter or receipt, which retain the message';

/** How the message is to be retained; undefined when nothing asks for it. */
export function checkRetention(options: SendOptions): Retention | undefined {
  for (const name of Object.keys(RETENTION_RULES) as RetentionOption[]) {
    const { rule, accepts } = RETENTION_RULES[name];
    const value = options[name];
    if (value !== undefined && !accepts(value)) throw invalid(name, `must be ${rule}`);
  }
  const { retain, settle, undeliveredAfter } = options;
  const receipt = receiptOf(options);
  const isImplied = settle !== undefined || undeliveredAfter !== undefined || receipt !== undefined;
  if (isImplied && retain === false) throw invalid('retain', `must not be false with ${IMPLYING}`);
  if (!isImplied && (retain === undefined || retain === false)) return undefined;
  return {
    ...(typeof retain === 'object' && { ttl: retain.ttl }),
    ...(settle !== undefined && { settle: true }),
    ...(undeliveredAfter !== undefined && { undeliveredAfter }),
    ...(receipt !== undefined && { receipt }),
  };
}

function receiptOf({ receipt, quorum, timeout }: SendOptions): ReceiptRequest | undefined {
  if (receipt !== undefined) {
    return {
      wanted: receipt,
      quorum: quorum ?? 'any',
      ...(timeout !== undefined && { timeout }),
    };
  }
  if (quorum === undefined && timeout === undefined) return undefined;
  throw invalid('receipt', 'must be there if quorum or timeout is');
}

/** Where a list of messages begins, and how long it may be. */
export function checkMessagesQuery({
  after = 0,
  limit = 100,
}: MessagesQuery): Required<MessagesQuery> {
  if (!isWhole(after, 0)) throw invalid('after', 'must be a whole number, at least 0');
  if (!isWhole(limit, 1) || limit > MAX_LISTED) {
    throw invalid('limit', `must be a whole number from 1 to ${MAX_LISTED}`);
  }
  return { after, limit };
}

export function checkMessageId(id: unknown): string {
  if (typeof id === 'string' && id.length > 0 && id.length <= 128) return id;
  throw invalid('id', 'must be the id of a message');
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least;
}

export function checkRequestOptions({ timeout, policy }: RequestOptions): RequestOptions {
  if (timeout !== undefined && !isTimeout(timeout)) {
    throw invalid('timeout', `must be ${TIMEOUT_RULE}`);
  }
  if (policy !== undefined && !isPolicy(policy)) throw invalid('policy', `must be ${POLICY_RULE}`);
  return { timeout, policy };
}

export function checkClose(options: Partial<CloseRequest> = {}): CloseRequest {
  const { code = CloseCode.DISCONNECTED, reason = 'disconnected by the server' } = options;
  if (!isCloseCode(code)) throw invalid('code', `must be ${CLOSE_CODE_RULE}`);
  if (!isCloseReason(reason)) throw invalid('reason', `must be ${CLOSE_REASON_RULE}`);
  return { code, reason };
}

function invalid(field: string, rule: string): PushException {
  return new PushException(ErrorCode.VALIDATION_FAILED, `${field} ${rule}.`, [
    { field, errors: [`${field} ${rule}`] },
  ]);
}
