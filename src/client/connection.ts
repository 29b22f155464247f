import { newAlarm } from './alarm.js';
import { NO_ANSWER, type ServerEnvelope } from './envelope.js';
import { UNANSWERED, type WebSocketLike } from './web-socket.js';

export interface Heartbeat {
  /** Milliseconds of silence after which the server is asked for a sign of life. */
  pingInterval: number;
  /** Milliseconds that it may take to give one. */
  pingTimeout: number;
}

export type Connection = ReturnType<typeof newConnection>;

/**
 * One WebSocket from its opening to its end. A dead one is noticed by `ping` frames: browsers
 * neither send WebSocket pings nor tell of the server's.
 *
 * @param onEnd told once, unless the owner itself has closed it
 */
export function newConnection(
  socket: WebSocketLike,
  { pingInterval, pingTimeout }: Heartbeat,
  onOpen: () => void,
  onFrame: (frame: ServerEnvelope) => void,
  onEnd: (code: number, reason: string) => void,
) {
  const alarm = newAlarm();
  let isSilent = false;

  const send = (text: string): void => socket.send(text);

  /** Closes it for its owner, who is not told, whatever the other end still says. */
  const close = (code?: number): void => {
    alarm.clear();
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  };

  /** Waits for a sign of life, which starts all over; without one goes on with what is next. */
  const listen = (delay: number, next: () => void): void => {
    isSilent = true;
    alarm.set(delay, () => (isSilent ? next() : watch()));
  };

  /** From now on silence is noticed. */
  const watch = (): void => listen(pingInterval, probe);

  /** Asks for a sign of life now, because there is a reason to doubt it. */
  const probe = (): void => {
    send('{"event":"ping"}');
    listen(pingTimeout, giveUp);
  };

  /** The closing handshake would wait for an end that is gone, so nobody waits for that. */
  const giveUp = (): void => {
    close(UNANSWERED);
    onEnd(1006, NO_ANSWER);
  };

  socket.onopen = onOpen;
  socket.onmessage = ({ data }: { data: unknown }) => {
    isSilent = false;
    const frame = parse(data);
    if (frame) onFrame(frame);
  };
  socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
    alarm.clear();
    onEnd(code, reason);
  };
  // A close follows each error, and says as much; without a listener `ws` would throw.
  socket.onerror = () => undefined;

  return { send, close, watch, probe };
}

/** The frame that the text is; nothing for what this version of the protocol does not know. */
function parse(text: unknown): ServerEnvelope | null {
  try {
    return JSON.parse(text as string) as ServerEnvelope | null;
  } catch {
    return null;
  }
}
