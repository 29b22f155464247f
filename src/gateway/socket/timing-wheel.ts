/**
 * Deadlines of any number of items on one timer: with a hundred thousand sockets a timer each
 * would cost more than the sockets' own work. Coarse on purpose: an item is due up to one tick
 * late, never early.
 */
export class TimingWheel<T> {
  private readonly slots = new Map<number, Set<T>>();
  private timer: NodeJS.Timeout | undefined;
  private current = 0;

  /**
   * @param tick milliseconds between two looks at the wheel
   * @param onDue called once per item; may add it again
   */
  constructor(
    private readonly tick: number,
    private readonly onDue: (item: T) => void,
  ) {}

  /** @returns the slot that the item lies in, for `remove` */
  add(item: T, delay: number): number {
    if (this.timer === undefined) this.run();
    const slot = Math.floor((performance.now() + delay) / this.tick) + 1;
    const items = this.slots.get(slot);
    if (items === undefined) this.slots.set(slot, new Set([item]));
    else items.add(item);
    return slot;
  }

  remove(item: T, slot: number): void {
    const items = this.slots.get(slot);
    if (items?.delete(item) && items.size === 0) this.slots.delete(slot);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.slots.clear();
  }

  private run(): void {
    this.current = Math.floor(performance.now() / this.tick);
    this.timer = setInterval(() => this.turn(), this.tick);
    this.timer.unref();
  }

  private turn(): void {
    const now = Math.floor(performance.now() / this.tick);
    while (this.current < now) {
      const due = this.slots.get(++this.current);
      if (due === undefined) continue;
      this.slots.delete(this.current);
      for (const item of due) this.onDue(item);
    }
  }
}
