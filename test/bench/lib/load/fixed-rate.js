import { findFrame } from '../wire/frames.js';
import { DIGITS, MARK, payloadOf } from '../wire/payload.js';
import { randomIntegers } from '../wire/random.js';
import { quantile } from '../report/statistics.js';
import { population, singleUid } from '../wire/uids.js';
import { prebuilt } from './operations.js';

const MARK_BYTE = MARK.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const DRAIN_MS = 10_000;

/**
 * Sends routed messages at fixed points in time, whatever the answers do, and measures how long
 * after the time that was planned each one arrived. So a pause of the server (or of the load)
 * counts against every message that should have gone out in it: nothing is left out because
 * nobody was asked (coordinated omission).
 *
 * @param {import('./connection.js').Receiver} fleet
 * @param {{ rate: number, durationMs: number }} work
 * @param {(number: number) => void} send brings a message on its way, with this number in its payload
 */
export function fixedRate(fleet, { rate, durationMs }, send) {
  const total = Math.floor((rate * durationMs) / 1000);
  const interval = 1000 / rate;
  const latencies = new Float64Array(total);
  const lateness = new Float64Array(total);
  let sent = 0;
  let received = 0;

  const work = new Promise((resolve, reject) => {
    const began = performance.now() + 1;
    fleet.sink = {
      message(data, start, length) {
        const at = data.indexOf(MARK_BYTE, start);
        if (at < 0 || at + DIGITS >= start + length) return;
        const planned = began + readNumber(data, at + 1) * interval;
        latencies[received++] = performance.now() - planned;
        if (received === total) {
          resolve({ latency: summary(latencies), lateness: summary(lateness) });
        }
      },
    };
    // Turns without pause rather than timers: those are a millisecond coarse, which is more than
    // what is to be measured.
    const turn = () => {
      const now = performance.now();
      for (; sent < total && began + sent * interval <= now; sent++) {
        lateness[sent] = now - (began + sent * interval);
        send(sent);
      }
      if (received === total) return;
      if (now > began + durationMs + DRAIN_MS) {
        reject(new Error(`${received} of ${total} messages came back`));
        return;
      }
      setImmediate(turn);
    };
    setImmediate(turn);
  });
  return fleet.during(work);
}

/**
 * Random connections send to random users: copies of prebuilt frames with a number written over
 * the zeros of the payload, masked as the frame is.
 *
 * @param {import('./fleet.js').Fleet} fleet
 * @param {number} size
 * @returns {(number: number) => void}
 */
export function numberedRouted(fleet, size) {
  const { connections } = fleet;
  const random = randomIntegers();
  const { single } = population(fleet.connections.length);
  const payload = payloadOf(size);
  /** @param {number} index */
  const text = (index) => fleet.dialect.send(singleUid(index), payload);
  const originals = prebuilt(single, size, text);
  const span = { start: 0, length: 0 };

  return (number) => {
    const sender = connections[random(connections.length)];
    const index = random(originals.length);
    const frame = Buffer.from(originals[index]);
    findFrame(frame, 0, frame.length, span);
    const key = span.start - 4;
    const digits = text(index).indexOf(MARK) + 1;
    for (let i = DIGITS - 1, rest = number; rest > 0; i--, rest = Math.floor(rest / 10)) {
      const at = digits + i;
      frame[span.start + at] = (ZERO + (rest % 10)) ^ frame[key + (at & 3)];
    }
    sender.write(frame);
  };
}

/** @param {Buffer} data @param {number} at */
function readNumber(data, at) {
  let number = 0;
  for (let i = 0; i < DIGITS; i++) number = number * 10 + data[at + i] - ZERO;
  return number;
}

/** @param {Float64Array} milliseconds */
function summary(milliseconds) {
  const sorted = milliseconds.sort();
  return {
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    p999: quantile(sorted, 0.999),
  };
}
