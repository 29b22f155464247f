import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { HttpException, HttpStatus, Inject, Injectable } from '@nestjs/common';
import type { Codec, CodecName } from '../../protocol/codec.js';
import { ErrorCode } from '../../protocol/codes.js';
import type { Credential } from '../../protocol/frames.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { isName, isUid } from '../../protocol/names.js';
import { PushException } from '../../protocol/push.exception.js';
import { within } from '../../protocol/within.js';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from '../gateway.options.js';
import type { AuthenticationContext, Identity } from './authenticators/authenticator.js';
import { GivenAuthenticator } from './given-authenticator.js';

/** Who shows a credential. */
export interface Applicant {
  readonly address: string;
  readonly codec: Codec;
  /** The upgrade request; null when an open connection renews its identity. */
  readonly request: IncomingMessage | null;
}

/** Asks the application's authenticator, within its time, and checks what it answers. */
@Injectable()
export class Authentication {
  private readonly timeout: number;

  constructor(
    private readonly authenticator: GivenAuthenticator,
    @Inject(GATEWAY_OPTIONS) { authenticatorTimeout }: CheckedGatewayOptions,
  ) {
    this.timeout = authenticatorTimeout;
  }

  /**
   * @throws PushException AUTH_FAILED when the identity is refused; anything else that it throws
   *   is a fault of the server
   */
  identify(applicant: Applicant, credential: Credential): MaybePromise<Identity> {
    const context = new Context(applicant);
    let answer: MaybePromise<Identity | null>;
    try {
      answer = this.authenticator.get().authenticate(credential, context);
    } catch (error) {
      throw refusalOrFault(error);
    }
    if (!isPromise(answer)) return accepted(answer);
    return within(this.timeout, answer, (reject) => {
      reject(new Error(`The authenticator gave no answer within ${this.timeout} ms.`));
      context.abort();
    }).then(accepted, (error: unknown) => {
      throw refusalOrFault(error);
    });
  }
}

/** The signal is made when it is asked for: few authenticators do, and it is not cheap. */
class Context implements AuthenticationContext {
  readonly address: string;
  readonly codec: CodecName;
  readonly renewal: boolean;
  private readonly request: IncomingMessage | null;
  private controller: AbortController | undefined;

  constructor({ address, codec, request }: Applicant) {
    this.address = address;
    this.codec = codec.name;
    this.request = request;
    this.renewal = request === null;
  }

  get headers(): IncomingHttpHeaders {
    return this.request?.headers ?? {};
  }

  get url(): string {
    return this.request?.url ?? '';
  }

  get signal(): AbortSignal {
    return (this.controller ??= new AbortController()).signal;
  }

  abort(): void {
    this.controller ??= new AbortController();
    this.controller.abort();
  }
}

function accepted(identity: Identity | null): Identity {
  if (identity === null || identity === undefined) throw authFailed();
  const { uid, expiresAt, device } = identity;
  if (!isUid(uid)) throw authFailed();
  if (device !== undefined && !isName(device)) throw authFailed();
  if (expiresAt !== undefined && !(expiresAt > Date.now())) throw authFailed();
  return identity;
}

/** Nest's way to refuse is an HttpException; anything but a refusal stays what it is. */
function refusalOrFault(error: unknown): unknown {
  if (error instanceof HttpException && REFUSALS.has(error.getStatus())) return authFailed();
  return error;
}

const REFUSALS = new Set<number>([
  HttpStatus.BAD_REQUEST,
  HttpStatus.UNAUTHORIZED,
  HttpStatus.FORBIDDEN,
]);

export function authFailed(): PushException {
  return new PushException(ErrorCode.AUTH_FAILED, 'The identity was refused.');
}
