import type { KeptMessage, KeptMessages } from '../../delivery/archive.js';
import type { Explanation } from '../../history/history.js';
import type { StreamPosition } from '../../protocol/frames.js';

const EPOCH = 'recording';

/** What was sent to be retained, for those who ask; nobody ever acknowledges it. */
export class CannedStreams {
  private readonly streams = new Map<string, KeptMessage[]>();

  append(uid: string, id: string, data: unknown): StreamPosition {
    const stream = this.streams.get(uid) ?? [];
    const offset = stream.length + 1;
    stream.push({ id, offset, at: Date.now(), data, state: 'stored' });
    this.streams.set(uid, stream);
    return { epoch: EPOCH, offset };
  }

  messages(uid: string, { after, limit }: { after: number; limit: number }): KeptMessages {
    const stream = this.streams.get(uid);
    if (stream === undefined) return { epoch: null, offset: 0, messages: [] };
    const messages = stream.slice(after, after + limit);
    return { epoch: EPOCH, offset: stream.length, messages };
  }

  explain(id: string, uid: string | undefined): Explanation | undefined {
    const uids = uid === undefined ? [...this.streams.keys()] : [uid];
    for (const one of uids) {
      const kept = this.streams.get(one)?.find((message) => message.id === id);
      if (kept === undefined) continue;
      const { offset, at, state } = kept;
      return { id, uid: one, offset, at, state, devices: [] };
    }
    return undefined;
  }
}
