interface Claimed {
  readonly text: string;
  /** When it is over, by the process's own clock. */
  readonly until: number;
}

/** Characters of a text that count as one key; a longer one counts as several. */
const KEY_LENGTH = 1_024;

/** Keys that hold a text for a time. */
export class MemoryClaims {
  /** The one that was written last comes last. */
  private readonly claims = new Map<string, Claimed>();
  /** What they count as. */
  private keys = 0;

  constructor(private readonly maxKeys: number) {}

  claim(key: string, text: string, ttl: number): string | undefined {
    this.forgetExpired();
    const held = this.textOf(key);
    if (held === undefined) this.put(key, text, ttl);
    return held;
  }

  keep(key: string, claimed: string, text: string, ttl: number): void {
    if (this.textOf(key) === claimed) this.put(key, text, ttl);
  }

  release(key: string, claimed: string): void {
    if (this.textOf(key) === claimed) this.delete(key);
  }

  private textOf(key: string): string | undefined {
    const held = this.claims.get(key);
    return held !== undefined && held.until > performance.now() ? held.text : undefined;
  }

  private put(key: string, text: string, ttl: number): void {
    this.delete(key);
    this.claims.set(key, { text, until: performance.now() + ttl });
    this.keys += countOf(text);
    for (const oldest of this.claims.keys()) {
      if (this.keys <= this.maxKeys || oldest === key) return;
      this.delete(oldest);
    }
  }

  private delete(key: string): void {
    const held = this.claims.get(key);
    if (held === undefined) return;
    this.claims.delete(key);
    this.keys -= countOf(held.text);
  }

  /** Most have the same time, so the oldest are over first. Who is over later than others stays. */
  private forgetExpired(): void {
    const now = performance.now();
    for (const [key, { until }] of this.claims) {
      if (until > now) return;
      this.delete(key);
    }
  }
}

function countOf(text: string): number {
  return Math.ceil(text.length / KEY_LENGTH);
}
