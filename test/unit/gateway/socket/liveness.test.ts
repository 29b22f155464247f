import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Liveness, type Timed } from '../../../../src/gateway/socket/liveness.js';
import { Phase } from '../../../../src/gateway/socket/phase.js';

const INTERVAL = 10_000;
const TICK = 100;

let liveness: Liveness;

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setImmediate', 'performance', 'Date'],
  });
  liveness = new Liveness({
    authTimeout: 1_000,
    heartbeatInterval: INTERVAL,
    authenticatorTimeout: 1_000,
  });
});

afterEach(() => {
  liveness.stop();
  vi.useRealTimers();
});

function openSocket(): { socket: Timed; ping: () => void; terminate: () => void } {
  const [ping, terminate] = [vi.fn(), vi.fn()];
  const socket = { phase: Phase.Open, alive: true, deadline: 0, ping, terminate };
  liveness.opened(socket as unknown as Timed);
  return { socket: socket as unknown as Timed, ping, terminate };
}

describe('heartbeats', () => {
  it('of clients that came together are spread over half an interval', () => {
    const sockets = Array.from({ length: 1_000 }, openSocket);
    const pinged = (): number =>
      sockets.filter(({ ping }) => vi.mocked(ping).mock.calls.length > 0).length;
    vi.advanceTimersByTime(INTERVAL / 2 - 1);
    expect(pinged()).toBe(0);
    let most = 0;
    for (let before = 0, now = 0; now < 1_000; before = now) {
      vi.advanceTimersByTime(TICK);
      now = pinged();
      most = Math.max(most, now - before);
    }
    // Twenty a tick on average.
    expect(most).toBeLessThan(100);
  });

  it('drop a peer that was silent from one to the next, and no other', () => {
    const [silent, alive] = [openSocket(), openSocket()];
    vi.advanceTimersByTime(INTERVAL + 2 * TICK);
    for (const { ping } of [silent, alive]) expect(ping).toHaveBeenCalledTimes(1);
    alive.socket.alive = true;
    vi.advanceTimersByTime(INTERVAL + 2 * TICK);
    expect(silent.terminate).toHaveBeenCalled();
    expect(alive.terminate).not.toHaveBeenCalled();
  });
});
