import type { CloseRequest } from '../protocol/close.js';

/** A uid that was disconnected, how, and which arrivals were under way by then. */
interface Dismissal {
  readonly close: CloseRequest;
  readonly latest: number;
}

/**
 * Clients whose uid is not known yet, because an authenticator is still asked about them. A
 * disconnect of a uid is for those as well: it is remembered until all that were under way have
 * ended.
 */
export class Arrivals {
  /** Numbers of those that are under way, the oldest first. */
  private readonly underWay = new Set<number>();
  /** In the order in which they came up. */
  private readonly dismissed = new Map<string, Dismissal>();
  private latest = 0;

  /** @returns what names the arrival in the other calls */
  begin(): number {
    this.underWay.add(++this.latest);
    return this.latest;
  }

  end(arrival: number): void {
    this.underWay.delete(arrival);
    if (this.dismissed.size > 0) this.forget();
  }

  dismiss(uid: string, close: CloseRequest): void {
    if (this.underWay.size === 0) return;
    // Anew, so that the order is that of time.
    this.dismissed.delete(uid);
    this.dismissed.set(uid, { close, latest: this.latest });
  }

  /** How the uid was disconnected since then; undefined when it was not. */
  dismissalOf(uid: string, arrival: number): CloseRequest | undefined {
    const dismissal = this.dismissed.get(uid);
    return dismissal !== undefined && arrival <= dismissal.latest ? dismissal.close : undefined;
  }

  /** What concerns nobody any more. */
  private forget(): void {
    const [oldest = Infinity] = this.underWay;
    for (const [uid, { latest }] of this.dismissed) {
      if (latest >= oldest) return;
      this.dismissed.delete(uid);
    }
  }
}
