import type { RedisClientOptions } from 'redis';
import { within } from '../../../protocol/within.js';
import { clientFor, type Client } from './client.js';
import { SCRIPTS } from '../scripts/index.js';
import { reasonOf, unavailable } from './unavailable.js';
import { Window } from './window.js';

/** What a link needs to know, and whom it tells. */
export interface LinkOptions {
  readonly name: string;
  readonly client: RedisClientOptions;
  readonly clustered: boolean;
  readonly commandTimeout: number;
  readonly maxPendingBytes: number;
  readonly maxUnreadBytes: number;
  readonly onMessage: (link: Link, channel: string, text: string) => void;
  /** The server has taken this channel from us: its slot is somewhere else now. */
  readonly onMoved: (link: Link, channel: string) => void;
  /** Redis is there, but has ended the connection by which we listen. Then the link closes. */
  readonly onCutOff: () => void;
  /** The server takes no changes; the link goes on. */
  readonly onReadOnly: (link: Link, why: string) => void;
  /** Called once, after the link was open. */
  readonly onClose: (link: Link, why: string) => void;
}

/** Who uses a link, which it may share with others. */
export interface Tenant {
  /** What it asked for has its place on another server. */
  moved(link: Link): void;
}

/**
 * Errors after which the server is not, or no longer, the one that we need: it is loading, or has forgotten our scripts. Beginning anew is the answer to all. While a slot is
 * moving (ASK, TRYAGAIN) its channels stay where they are: only the one call has failed.
 */
const STALE = /^(CLUSTERDOWN|LOADING|MASTERDOWN|NOSCRIPT|NOAUTH|BUSY)\b/;
const MOVED = /^MOVED\b/;

/**
 * Answers of a server that is there and takes no changes: its memory is full, it cannot save, has
 * lost its replicas or is one. It goes on carrying messages.
 */
const READ_ONLY = /^(OOM|MISCONF|NOREPLICAS|READONLY)\b/;

/** Whether a call failed because the server takes no changes. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof Error && READ_ONLY.test(reasonOf(error.cause));
}

const CUT_OFF =
  'it ended the connection by which this node listens, as it does when more waits for a reader ' +
  'than its client-output-buffer-limit allows; messages to this node were lost';

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
  /** What is published by it and not yet read. */
  readonly window: Window;
  private pendingBytes = 0;
  private pinger: NodeJS.Timeout | undefined;
  /** Ticks of the pinger since a ping went out that was not answered yet. */
  private readonly silence = { commands: 0, subscriber: 0 };
  private state: 'opening' | 'open' | 'closed' = 'opening';

  private constructor(private readonly options: LinkOptions) {
    const { client, commandTimeout, maxUnreadBytes, maxPendingBytes } = options;
    this.window = new Window(maxUnreadBytes, maxPendingBytes, 2 * commandTimeout);
    this.commands = clientFor(client, commandTimeout);
    this.subscriber = clientFor(client, commandTimeout);
    this.commands.on('error', (error: unknown) => this.close(reasonOf(error)));
    this.commands.on('end', () => this.close('the connection ended'));
    this.subscriber.on('error', (error: unknown) => this.deafen(reasonOf(error)));
    this.subscriber.on('end', () => this.deafen('the connection ended'));
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

  /** What the server says of itself. */
  info(section: string): Promise<string> {
    return this.commands.sendCommand<string>(['INFO', section]);
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
    this.silence.subscriber = 0;
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
   * than that. Where messages come Redis is there, though its answer may be behind many of them.
   */
  private startPinging(): void {
    this.pinger = setInterval(() => {
      this.ping('commands');
      this.ping('subscriber');
    }, this.options.commandTimeout / 3);
    this.pinger.unref();
  }

  private ping(which: 'commands' | 'subscriber'): void {
    const { silence } = this;
    if (silence[which] >= 2) return this.close(`no answer in ${this.options.commandTimeout} ms`);
    if (silence[which]++ > 0) return;
    this[which].sendCommand(['PING']).then(
      () => (silence[which] = 0),
      (error: unknown) => this.pingFailed(which, reasonOf(error)),
    );
  }

  /** A server that cannot save refuses even that. */
  private pingFailed(which: 'commands' | 'subscriber', why: string): void {
    if (!READ_ONLY.test(why)) return this.close(why);
    this.silence[which] = 0;
    this.options.onReadOnly(this, why);
  }

  /** Nothing is heard any more. Whether Redis is there nevertheless, the other connection tells. */
  private deafen(why: string): void {
    if (this.state !== 'open') return this.close(why);
    this.commands.sendCommand(['PING']).then(
      () => {
        if (this.isClosed) return;
        this.options.onCutOff();
        this.close(CUT_OFF);
      },
      () => this.close(why),
    );
  }

  private failure(error: unknown, tenant: Tenant): Error {
    const why = reasonOf(error);
    if (READ_ONLY.test(why)) this.options.onReadOnly(this, why);
    else if (STALE.test(why)) this.close(why);
    else if (MOVED.test(why)) tenant.moved(this);
    return unavailable(`Redis at ${this.name} failed (${why})`, error);
  }
}

function sizeOf(args: readonly string[]): number {
  let size = 0;
  for (const arg of args) size += arg.length;
  return size;
}
