import { newAlarm } from './alarm.js';
import type { AuthFunction } from './client.options.js';
import type { Reporter } from './emitter.js';
import { failure, type PushClientError } from './push-client-error.js';

/** A remaining life, in milliseconds, that is too short to be renewed: a reconnect does it. */
const TOO_LATE = 1000;

/** Members of an `auth` frame. */
export type Credential = Readonly<Record<string, unknown>>;

/**
 * The application's credentials: asked for, and renewed on the same connection.
 *
 * @param renew sends a fresh credential; the answer is told to `answered`
 */
export function newIdentity(
  auth: AuthFunction,
  renewBefore: number,
  renew: (credential: Credential) => void,
  reporter: Reporter,
) {
  const alarm = newAlarm();
  /** Until when the last credential is good, and the accepted one: milliseconds since 1970. */
  let offered: number | undefined;
  let expiresAt: number | undefined;

  /** @throws PushClientError AUTH_UNAVAILABLE when the application has none now */
  const ask = async (isRefused: boolean, signal: AbortSignal): Promise<Credential> => {
    try {
      const answer = await auth({ refused: isRefused, signal });
      const { expiresAt, ...credential } = typeof answer === 'string' ? { token: answer } : answer;
      offered = (expiresAt as number | undefined) ?? expiryOf(credential.token);
      return credential;
    } catch (cause) {
      throw failure('AUTH_UNAVAILABLE', 'auth() failed.', cause);
    }
  };

  /**
   * The server's answer to what was asked for last. It is renewed until the signal aborts; after an
   * error the old identity is good until it expires, and half of the time that is left is waited.
   */
  const answered = (signal: AbortSignal, error?: PushClientError): void => {
    if (signal.aborted) return;
    if (error) reporter.report(error);
    else expiresAt = offered;
    // The server's clock decides, so an expiry that has passed says nothing.
    const left = expiresAt! - Date.now();
    if (left > TOO_LATE) {
      alarm.set(Math.max(left - renewBefore, left / 2), () => {
        ask(false, signal)
          .then((credential) => signal.aborted || renew(credential))
          .catch((error: PushClientError) => answered(signal, error));
      });
    }
  };

  return { ask, answered, stop: () => alarm.clear() };
}

/** When a JSON Web Token expires (RFC 7519, section 4.1.4); undefined for any other token. */
function expiryOf(token: unknown): number | undefined {
  try {
    const payload = (token as string).split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    return (JSON.parse(atob(payload)) as { exp: number }).exp * 1000;
  } catch {
    return undefined;
  }
}
