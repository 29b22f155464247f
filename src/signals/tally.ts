/** Counted under this name when a label is none of its own. */
export const OTHER = 'other';

/** A counter for each of a bounded number of labels: what strangers choose must not fill memory. */
export class Tally {
  private readonly counts = new Map<string, number>();

  /** @param maxLabels that are counted each; those that come after them count as `other` */
  constructor(private readonly maxLabels: number) {}

  add(label: string): void {
    const count = this.counts.get(label);
    if (count !== undefined || this.counts.size < this.maxLabels) {
      this.counts.set(label, (count ?? 0) + 1);
    } else {
      this.counts.set(OTHER, (this.counts.get(OTHER) ?? 0) + 1);
    }
  }

  read(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }
}
