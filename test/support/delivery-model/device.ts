import { connectJson, type JsonClient, type JsonFrame, type StreamPosition } from '../client.js';

/**
 * A device as PROTOCOL.md asks a client to be: it keeps its position, comes back with it, and
 * drops what it has seen. It notes whatever the server may not do.
 */
export class Device {
  /** Where it stands; undefined before its first connection. */
  position: StreamPosition | undefined;
  /** Offsets that were skipped within an epoch, as `epoch offset`: settled ones may be. */
  readonly skipped = new Set<string>();
  /** Breaches of what is promised. */
  readonly breaches: string[] = [];
  private client: JsonClient | undefined;
  private taken = 0;

  constructor(
    readonly uid: string,
    readonly name: string,
  ) {}

  get isConnected(): boolean {
    return this.client?.isOpen ?? false;
  }

  /**
   * Connects if it can; a node that is away or cut off is no breach.
   *
   * @param isUnread whether it asks for what it has not acknowledged, instead of from where it stands
   */
  async connect(url: string, isUnread = false): Promise<void> {
    if (this.isConnected) return;
    this.absorb();
    this.client = undefined;
    const recover = isUnread ? 'unread' : this.position;
    try {
      const client = await connectJson(url);
      const { stream } = await client.login({ uid: this.uid, device: this.name, recover });
      this.client = client;
      this.taken = 0;
      // The history is out of reach: it comes back later.
      if (stream === undefined) return await client.terminate();
      if (stream.recovered !== true) this.begin(stream);
      else if (recover === 'unread') this.goOn(stream);
      else this.keep(recover!, stream);
    } catch {
      await this.client?.terminate();
    }
  }

  async drop(): Promise<void> {
    this.absorb();
    await this.client?.terminate();
  }

  /** Acknowledges all that it has. */
  acknowledge(): void {
    this.absorb();
    if (!this.isConnected || this.position === undefined || this.position.offset === 0) return;
    this.client!.write({ event: 'ack', data: { offset: this.position.offset } });
  }

  /** Takes in what has come. */
  absorb(): void {
    const frames = this.client?.received ?? [];
    for (; this.taken < frames.length; this.taken++) this.take(frames[this.taken]);
  }

  private begin({ epoch, offset }: StreamPosition): void {
    this.position = { epoch, offset };
  }

  /** What it gets again it has seen; in another stream it has seen and acknowledged nothing. */
  private goOn(stream: StreamPosition): void {
    if (stream.epoch === this.position?.epoch) this.keep(this.position, stream);
    else this.begin({ epoch: stream.epoch, offset: 0 });
  }

  private keep(recover: StreamPosition, stream: StreamPosition): void {
    if (stream.epoch !== recover.epoch) this.breaches.push('recovered into another epoch');
    if (stream.offset < recover.offset) this.breaches.push('recovered before where it was');
  }

  private take({ event, data }: JsonFrame): void {
    if (event === 'epoch' && (data as StreamPosition).epoch !== this.position?.epoch) {
      this.begin(data as StreamPosition);
    }
    const offset = (data as { offset?: number } | undefined)?.offset;
    if (event !== 'message' || offset === undefined || this.position === undefined) return;
    const { epoch, offset: before } = this.position;
    // It has seen that one. If it had not, there was a hole.
    if (offset <= before) return;
    for (let missed = before + 1; missed < offset; missed++) this.skipped.add(`${epoch} ${missed}`);
    this.position = { epoch, offset };
  }
}
