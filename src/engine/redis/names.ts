/** Keys and channels of one shard: REDIS.md, "Channels" and "Keys". */
export class ShardNames {
  readonly all: string;
  /** The channel on which every node listens: what concerns clients that are not in yet. */
  readonly logins: string;
  /** The channel on which nodes listen that watch a uid of the shard: nothing is ever said on it. */
  readonly watching: string;
  readonly nodes: string;
  readonly uids: string;
  readonly state: string;
  /** The key of events of which no node has said yet that it emitted them. */
  readonly unheard: string;
  /** The key of changes of memberships of which their groups may not have heard. */
  readonly unindexed: string;

  constructor(
    /** The prefix, in Redis Cluster followed by the shard's number as a hash tag. */
    readonly base: string,
  ) {
    this.all = `${base}:all`;
    this.logins = `${base}:logins`;
    this.watching = `${base}:watching`;
    this.nodes = `${base}:nodes`;
    this.uids = `${base}:uids`;
    this.state = `${base}:state`;
    this.unheard = `${base}:unheard`;
    this.unindexed = `${base}:unindexed`;
  }

  uid(uid: string): string {
    return `${this.base}:uid:${uid}`;
  }

  /** The channel for changes of the uid's presence. */
  presence(uid: string): string {
    return `${this.base}:presence:${uid}`;
  }

  /** What an idempotency key holds. */
  once(key: string): string {
    return `${this.base}:once:${key}`;
  }

  group(group: string): string {
    return `${this.base}:group:${group}`;
  }

  /** The channel on which only this node listens, and the key of what it holds. */
  node(node: string): string {
    return `${this.base}:node:${node}`;
  }

  membersOf(group: string): string {
    return `${this.base}:members:${group}`;
  }
}

/** The channel on which changes of a uid's presence are told. */
export interface PresenceChannel {
  readonly kind: 'presence';
  readonly uid: string;
}

/** What a channel with envelopes stands for. */
export type Channel =
  | { readonly kind: 'uid'; readonly uid: string }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'logins' }
  | { readonly kind: 'node' };

/** Reads a channel's name, given the base of its shard. */
export function parseChannel(base: string, channel: string): Channel | PresenceChannel | undefined {
  const rest = channel.slice(base.length + 1);
  if (rest.startsWith('uid:')) return { kind: 'uid', uid: rest.slice(4) };
  if (rest.startsWith('group:')) return { kind: 'group', group: rest.slice(6) };
  if (rest.startsWith('presence:')) return { kind: 'presence', uid: rest.slice(9) };
  if (rest === 'all') return { kind: 'all' };
  if (rest === 'logins') return { kind: 'logins' };
  if (rest.startsWith('node:')) return { kind: 'node' };
  return undefined;
}
