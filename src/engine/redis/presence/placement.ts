import type { Groups } from '../channels/groups.js';
import type { UidChannels } from '../channels/uid-channels.js';
import type { PendingChange } from './change-queue.js';
import type { Departures } from './departures.js';
import { groupsIn, type PlaceReply, type PresenceCalls } from './presence-calls.js';

/** Has Redis place a batch of changes, and does here what follows from its answers. */
export class Placement {
  constructor(
    private readonly calls: PresenceCalls,
    private readonly groups: Groups,
    private readonly channels: UidChannels,
    private readonly departures: Departures,
  ) {}

  async run(batch: readonly PendingChange[]): Promise<void> {
    const arriving = batch.filter(({ kind }) => kind === '+').map(({ uid }) => uid);
    await this.groups.asking(arriving, () => this.place(batch));
  }

  private async place(batch: readonly PendingChange[]): Promise<void> {
    const { replies, step, announce } = await this.calls.place(batch);
    const joined = batch.flatMap(({ kind }, i) => (kind === '+' ? groupsIn(replies[i]) : []));
    const left = batch.filter(({ kind }) => kind !== '+');
    // Who hears that a uid is offline must not find this node listening for it.
    const tidied = left.map(({ uid }) => this.channels.tidy(uid));
    await Promise.all([this.groups.hold(joined), ...tidied]);
    announce();
    for (const [i, change] of batch.entries()) {
      if (change.kind === '+') this.arrived(change, replies[i] as PlaceReply, step);
      else this.gone(change, replies[i] as number);
    }
    this.groups.release(joined);
  }

  private arrived(change: PendingChange, [admitted, ...groups]: PlaceReply, step: number): void {
    const { uid } = change;
    if (admitted === 0) {
      change.done({ admitted: false });
      // The node lets go of it when it has heard of it.
      setImmediate(() => void this.channels.tidy(uid));
      return;
    }
    this.groups.adopt(uid, groups, step);
    change.done({ admitted: true });
  }

  private gone(change: PendingChange, ends: number): void {
    this.departures.add(change.uid, ends);
    change.done(undefined);
  }
}
