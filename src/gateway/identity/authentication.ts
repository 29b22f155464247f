import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { HttpException, HttpStatus, Inject, Injectable } from '@nestjs/common';
import type { Codec, CodecName } from '../../protocol/codec.js';
import type { Credential } from '../../protocol/frames.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { isName, isUid } from '../../protocol/names.js';
import { within } from '../../protocol/within.js';
import type { Abortable, Transport } from '../../registry/transport.js';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from '../gateway.options.js';
import {
  Authenticator,
  type AuthenticationContext,
  type Identity,
} from './authenticators/authenticator.js';
import { IdentityRefused } from './identity-refused.js';

/** Who shows a credential. */
export interface Applicant {
  readonly address: string;
  readonly codec: Codec;
  /** The upgrade request; null when an open connection renews its identity. */
  readonly request: IncomingMessage | null;
  /** By which it came. */
  readonly socket: Pick<Transport, 'isClosed' | 'abortOnClose'>;
}

/** Asks the application's authenticator, within its time, and checks what it answers. */
@Injectable()
export class Authentication {
  private readonly timeout: number;

  constructor(
    private readonly authenticator: Authenticator,
    @Inject(GATEWAY_OPTIONS) { authenticatorTimeout }: CheckedGatewayOptions,
  ) {
    this.timeout = authenticatorTimeout;
  }

  /**
   * @throws IdentityRefused with the reason, also when the socket closes meanwhile; anything else
   *   that it throws is a fault of the server
   */
  identify(applicant: Applicant, credential: Credential): MaybePromise<Identity> {
    const context = new Context(applicant);
    let answer: MaybePromise<Identity | null>;
    try {
      answer = this.authenticator.authenticate(credential, context);
    } catch (error) {
      throw refusalOrFault(error);
    }
    return isPromise(answer) ? this.whenAnswered(applicant, context, answer) : context.take(answer);
  }

  private async whenAnswered(
    { socket }: Applicant,
    context: Context,
    answer: Promise<Identity | null>,
  ): Promise<Identity> {
    socket.abortOnClose(context);
    try {
      const late = (reject: (error: Error) => void): void => {
        reject(new Error(`The authenticator gave no answer within ${this.timeout} ms.`));
        context.abort();
      };
      return context.take(await within(this.timeout, answer, late));
    } catch (error) {
      // Told to give up, it may have failed for that alone.
      if (socket.isClosed) throw new IdentityRefused('the client has gone');
      throw refusalOrFault(error);
    } finally {
      socket.abortOnClose(null);
    }
  }
}

/** The signal is made when it is asked for: few authenticators do, and it is not cheap. */
class Context implements AuthenticationContext, Abortable {
  readonly address: string;
  readonly codec: CodecName;
  readonly renewal: boolean;
  private readonly request: IncomingMessage | null;
  private controller: AbortController | undefined;
  private reason: string | undefined;

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

  refuse(reason: string): null {
    this.reason = reason;
    return null;
  }

  /** @throws IdentityRefused when the answer is no identity */
  take(answer: Identity | null): Identity {
    if (answer === null || answer === undefined) {
      throw new IdentityRefused(this.reason ?? 'the authenticator said no');
    }
    const { uid, expiresAt, device } = answer;
    if (!isUid(uid)) throw new IdentityRefused('the uid is none');
    if (device !== undefined && !isName(device)) throw new IdentityRefused('the device is no name');
    if (expiresAt !== undefined && !(expiresAt > Date.now())) throw new IdentityRefused('expired');
    return answer;
  }
}

/** Nest's way to refuse is an HttpException; anything but a refusal stays what it is. */
function refusalOrFault(error: unknown): unknown {
  if (!(error instanceof HttpException) || !REFUSALS.has(error.getStatus())) return error;
  return new IdentityRefused(error.message);
}

const REFUSALS = new Set<number>([
  HttpStatus.BAD_REQUEST,
  HttpStatus.UNAUTHORIZED,
  HttpStatus.FORBIDDEN,
]);
