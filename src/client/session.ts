import { isTransient } from '../protocol/after-close.js';
import type { WelcomeData } from '../protocol/frames.js';
import { newAlarm } from './alarm.js';
import type { ClientEvents } from './client-events.js';
import type { ClientLimits, PushClientOptions } from './client.options.js';
import type { ClientState } from './client-state.js';
import { newConnection, type Connection } from './connection.js';
import type { Emitter } from './emitter.js';
import { NO_ANSWER, type ServerEnvelope } from './envelope.js';
import { newIdentity } from './identity.js';
import { onAbort } from './promises.js';
import { closed, PushClientError, refusal } from './push-client-error.js';
import { watchSurroundings } from './surroundings.js';
import type { Traffic } from './traffic.js';
import { globalWebSocket } from './web-socket.js';

/** Ids of the frames that authenticate; others count from 1. */
const FIRST = 'auth';
const RENEWAL = 'renew';

export type Session = ReturnType<typeof newSession>;

/**
 * From `connect()` until the client is closed: one connection after another, each authenticated
 * with a fresh credential.
 */
export function newSession(
  url: string,
  { auth, device, signal, webSocket: WebSocket = globalWebSocket() }: PushClientOptions,
  limits: ClientLimits,
  traffic: Traffic,
  emitter: Emitter<ClientEvents>,
) {
  const alarm = newAlarm();
  /** Ends the present connection, or the attempt to make one. */
  let attempt = new AbortController();
  let connection: Connection | undefined;
  let state: ClientState = { name: 'idle' };
  let failures = 0;
  let refusals = 0;
  let lastError: PushClientError | undefined;
  let closing = new AbortController();

  const send = (text: string): void => connection?.send(text);

  const authFrame = (id: string, data: unknown): string =>
    JSON.stringify({ event: 'auth', data, id });

  const identity = newIdentity(
    auth,
    limits.renewBefore,
    (credential) => send(authFrame(RENEWAL, credential)),
    emitter,
  );

  /** A listener may close while it is told of something else: nothing comes after that. */
  const change = (next: ClientState): void => {
    if (state.name === 'closed') return;
    state = next;
    emitter.emit('state', state);
  };

  /** Ends the present connection or attempt, whichever there is. */
  const drop = (): void => {
    attempt.abort();
    alarm.clear();
    identity.stop();
    traffic.lost();
    connection?.close();
    connection = undefined;
  };

  /** Ends it; with an error, because it cannot go on. */
  const close = (code = 1000, reason = '', error?: PushClientError): void => {
    if (state.name === 'idle' || state.name === 'closed') return;
    drop();
    traffic.closed(error ?? closed());
    closing.abort();
    change({ name: 'closed', code, reason, error });
  };

  /** After 4401 with a fresh credential, but not again and again with refused ones. */
  const mayReturn = (code: number): boolean => {
    if (code !== 4401) return isTransient(code);
    return refusals++ === 0 || state.name === 'connected';
  };

  const ended = (code: number, reason: string): void => {
    const isBack = mayReturn(code);
    drop();
    if (!isBack) return close(code, reason, lastError ?? closed());
    if (state.name === 'closed') return;
    const bound = Math.min(limits.maxBackoff, limits.minBackoff * 2 ** failures++);
    const retryIn = Math.random() * bound;
    alarm.set(retryIn, () => void connect());
    change({ name: 'waiting', code, reason, retryIn });
  };

  const authenticated = (welcome: WelcomeData): void => {
    const { uid, connectionId } = welcome;
    failures = refusals = 0;
    alarm.clear();
    connection!.watch();
    identity.answered(attempt.signal);
    traffic.welcomed(welcome, send);
    change({ name: 'connected', uid, connectionId });
  };

  const received = (frame: ServerEnvelope): void => {
    const { event, id, data } = frame;
    const error = event === 'error' ? refusal(data) : undefined;
    if (id === FIRST || id === undefined) lastError = error;
    if (id === FIRST) {
      // After an error the server closes, and says how.
      if (!error) authenticated(data as WelcomeData);
    } else if (id === RENEWAL) {
      identity.answered(attempt.signal, error);
    } else {
      traffic.received(frame);
    }
  };

  const connect = async (): Promise<void> => {
    const { signal: isOver } = (attempt = new AbortController());
    lastError = undefined;
    alarm.set(limits.connectTimeout, () => ended(1006, NO_ANSWER));
    change({ name: 'connecting' });
    try {
      const credential = await identity.ask(refusals > 0, isOver);
      const recover = await traffic.recover();
      if (isOver.aborted) return;
      const first = authFrame(FIRST, { ...credential, device, recover });
      const socket = new WebSocket(url, 'push.v1.json');
      connection = newConnection(socket, limits, () => send(first), received, ended);
    } catch (error) {
      if (isOver.aborted) return;
      const { message } = error as Error;
      // What the address or the credential makes throw will throw again.
      if (!(error instanceof PushClientError)) return close(1006, message, closed(error));
      emitter.report(error);
      ended(1006, message);
    }
  };

  const probe = (): void => {
    if (state.name === 'connected') connection!.probe();
  };

  const wake = (): void => {
    if (state.name === 'waiting') void connect();
    else probe();
  };

  /** Leaves, so that nobody takes a page that is stopped for one that is here. */
  const sleep = (): void => {
    drop();
    change({ name: 'waiting', code: 1001, reason: 'frozen' });
  };

  /** Connects, if it does not already. */
  const begin = (): void => {
    if (signal?.aborted) throw signal.reason;
    if (state.name !== 'idle' && state.name !== 'closed') return;
    state = { name: 'connecting' };
    closing = new AbortController();
    traffic.begin();
    watchSurroundings(wake, probe, sleep, closing.signal);
    const forget = onAbort(signal, () => close());
    onAbort(closing.signal, forget);
    void connect();
  };

  return { begin, close, wake, state: (): ClientState => state };
}
