/** Who comes waits until it is opened; from then on nobody does. */
export class Gate {
  private readonly opened: Promise<void>;
  private letGo!: () => void;
  private arrive!: () => void;
  /** Resolves when somebody waits. */
  readonly reached = new Promise<void>((resolve) => (this.arrive = resolve));

  constructor() {
    this.opened = new Promise((resolve) => (this.letGo = resolve));
  }

  wait(): Promise<void> {
    this.arrive();
    return this.opened;
  }

  open(): void {
    this.letGo();
  }
}
