import type { AckData, StreamPosition } from '../protocol/frames.js';
import { newAlarm } from './alarm.js';
import type { Encode } from './envelope.js';
import type { Outbox, SendOptions } from './outbox.js';
import type { Position } from './position.js';
import { stale } from './push-client-error.js';

/** Milliseconds in which messages are handled that one acknowledgement is for. */
const SOON = 10;

/** Tells the server, and the storage, up to where messages are handled. */
export function newAcknowledger(encode: Encode, outbox: Outbox, position: Position) {
  const alarm = newAlarm();
  let latest: StreamPosition | undefined;
  let isSoon = false;

  /** Acknowledges now; also after a reconnect, because the last one may have been lost. */
  const flush = (): void => {
    alarm.clear();
    isSoon = false;
    if (latest && position.isCurrent(latest)) {
      position.save(latest);
      outbox.tell(encode('ack', { offset: latest.offset }));
    }
  };

  /** Acknowledges this message and all before it; answers the server's cursor. */
  const ack = async (place?: StreamPosition, options?: SendOptions): Promise<number> => {
    if (!place) throw stale();
    const { offset } = place;
    position.save(place);
    const answer = await outbox.post(
      'ack',
      { offset },
      // Happening twice does an acknowledgement no harm, in another stream it would.
      { ...options, repeatable: true, isCurrent: () => position.isCurrent(place) },
    );
    return (answer as AckData).offset;
  };

  return {
    ack,
    flush,

    /** Acknowledges soon, together with what comes until then. */
    advance(handled: StreamPosition): void {
      latest = handled;
      if (!isSoon) alarm.set(SOON, flush);
      isSoon = true;
    },
  };
}
