import type { RedisClientOptions } from 'redis';
import { within } from '../../../protocol/within.js';
import { clientFor, type Client } from './client.js';
import { SCRIPTS } from '../scripts/index.js';
import { reasonOf, unavailable } from './unavailable.js';

/** What a link needs to know, and whom it tells. */
export interface LinkOptions {
  readonly name: string;
  readonly client: RedisClientOptions;
  readonly clustered: boolean;
  readonly commandTimeout: number;
  readonly maxPendingBytes: number;
  readonly onMessage: (link: Link, channel: string, text: string) => void;
  /** The server has taken this channel from us: its slot is somewhere else now. */
  readonly onMoved: (link: Link, channel: string) => void;
  /** Called once, after the link was open. */
  readonly onClose: (link: Link, why: string) => void;
}

/** Who uses a link, which it may share with others. */
export interface Tenant {
  /** What it asked for has its place on another server. */
  moved(link: Link): void;
}

/**
 * Errors after which the server is not, or no longer, the one that we need: it lost its rank, is
 * loading, or has forgotten our scripts. Beginning anew is the answer to all. While a slot is
 * moving (ASK, TRYAGAIN) its channels stay where they are: only the one call has failed.
 */
const STALE = /^(CLUSTERDOWN|READONLY|LOADING|MASTERDOWN|NOSCRIPT|NOAUTH|BUSY)\b/;
const MOVED = /^MOVED\b/;

/** Beyond it one command would hold up others for too long, on both sides. */
const CHANNELS_PER_COMMAND = 1_000;

/**
 * The two connections to one server, one for commands and one for subscriptions, for as long as
 * both work. When either fails, or the server does not answer for `commandTimeout`, it closes for
 * good.
 *
 * Commands are written in the order of their calls, all of one tick at once.
 */
export class Link {
  private readonly commands: Client;
  private readonly subscriber: Client;
  private pendingBytes = 0;
  private pinger: NodeJS.Timeout | undefined;
  /** Ticks of the pinger since a ping went out that was not answered yet. */
  private silence = 0;
  private state: 'opening' | 'open' | 'closed' = 'opening';

  private constructor(private readonly options: LinkOptions) {
    const { client, commandTimeout } = options;
    this.commands = clientFor(client, commandTimeout);
    this.subscriber = clientFor(client, commandTimeout);
    for (const one of [this.commands, this.subscriber]) {
      one.on('error', (error: unknown) => this.close(reasonOf(error)));
      one.on('end', () => this.close('the connection ended'));
    }
    this.subscriber.on('sharded-channel-moved', (channel: string) => {
      if (!this.isClosed) options.onMoved(this, channel);
    });
  }

  /** Connects, and loads the scripts. */
  static async open(options: LinkOptions): Promise<Link> {
    const link = new Link(options);
    const opening = Promise.all([
      link.commands.connect().then(() => link.loadScripts()),
      link.subscriber.connect(),
    ]);
    try {
      await within(options.commandTimeout, opening);
    } catch (error) {
      opening.catch(() => undefined);
      link.close(reasonOf(error));
      throw error;
    }
    if (link.isClosed) throw new Error('the connection ended');
    link.state = 'open';
    link.startPinging();
    return link;
  }

  get name(): string {
    return this.options.name;
  }

  get isClosed(): boolean {
    return this.state === 'closed';
  }

  /**
   * Sends a command whose last arguments are `payload`, and answers Redis's reply.
   *
   * @throws PushException UNAVAILABLE, within commandTimeout; the command may have been executed
   */
  send(args: string[], tenant: Tenant): Promise<unknown> {
    if (this.isClosed) return Promise.reject(unavailable(`Redis at ${this.name} is away`));
    const bytes = sizeOf(args);
    if (this.pendingBytes + bytes > this.options.maxPendingBytes) {
      return Promise.reject(unavailable(`too much waits for Redis at ${this.name}`));
    }
    this.pendingBytes += bytes;
    return this.commands.sendCommand(args).then(
      (reply) => {
        this.pendingBytes -= bytes;
        return reply;
      },
      (error: unknown) => {
        this.pendingBytes -= bytes;
        throw this.failure(error, tenant);
      },
    );
  }

  async subscribe(channels: readonly string[], tenant: Tenant): Promise<void> {
    await this.inParts(channels, tenant, (part) =>
      this.options.clustered
        ? this.subscriber.sSubscribe(part, this.onMessage)
        : this.subscriber.subscribe(part, this.onMessage),
    );
  }

  async unsubscribe(channels: readonly string[], tenant: Tenant): Promise<void> {
    await this.inParts(channels, tenant, (part) =>
      this.options.clustered
        ? this.subscriber.sUnsubscribe(part)
        : this.subscriber.unsubscribe(part),
    );
  }

  /** Ends both connections; whatever waits for an answer fails. */
  close(why: string): void {
    if (this.state === 'closed') return;
    const wasOpen = this.state === 'open';
    this.state = 'closed';
    clearInterval(this.pinger);
    // Not now: within a callback of its decoder, a client that is destroyed reads on from the
    // beginning of the bytes that it has, and every message in them comes a second time.
    setImmediate(() => {
      this.commands.destroy();
      this.subscriber.destroy();
    });
    if (wasOpen) this.options.onClose(this, why);
  }

  private readonly onMessage = (text: string, channel: string): void => {
    if (!this.isClosed) this.options.onMessage(this, channel, text);
  };

  private async inParts(
    channels: readonly string[],
    tenant: Tenant,
    run: (part: string[]) => Promise<void>,
  ): Promise<void> {
    const done: Promise<void>[] = [];
    for (let at = 0; at < channels.length; at += CHANNELS_PER_COMMAND) {
      done.push(run(channels.slice(at, at + CHANNELS_PER_COMMAND)));
    }
    try {
      await Promise.all(done);
    } catch (error) {
      throw this.failure(error, tenant);
    }
  }

  private async loadScripts(): Promise<void> {
    await Promise.all(
      SCRIPTS.map((script) => this.commands.sendCommand(['SCRIPT', 'LOAD', script.source])),
    );
  }

  /**
   * Redis answers in order, so a ping that is answered in time means that everything before it
   * was. With three ticks in a commandTimeout, and two that a ping may take, nothing waits longer
   * than that.
   */
  private startPinging(): void {
    this.pinger = setInterval(() => {
      if (this.silence >= 2) return this.close(`no answer in ${this.options.commandTimeout} ms`);
      if (this.silence++ > 0) return;
      Promise.all([
        this.commands.sendCommand(['PING']),
        this.subscriber.sendCommand(['PING']),
      ]).then(
        () => (this.silence = 0),
        (error: unknown) => this.close(reasonOf(error)),
      );
    }, this.options.commandTimeout / 3);
    this.pinger.unref();
  }

  private failure(error: unknown, tenant: Tenant): Error {
    const why = reasonOf(error);
    if (STALE.test(why)) this.close(why);
    else if (MOVED.test(why)) tenant.moved(this);
    return unavailable(`Redis at ${this.name} failed (${why})`, error);
  }
}

function sizeOf(args: readonly string[]): number {
  let size = 0;
  for (const arg of args) size += arg.length;
  return size;
}
