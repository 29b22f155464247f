/** What an answer takes beside its data, about. */
const ANSWER_BYTES = 200;

/** Room for answers to requests of this node that wait for those of other devices. */
export class AnswerRoom {
  private used = 0;

  constructor(private readonly maxBytes: number) {}

  /** Answers how many bytes the answer takes; undefined, with nothing changed, if there is no room. */
  take(data: unknown): number | undefined {
    const bytes = ANSWER_BYTES + JSON.stringify(data).length;
    if (this.used + bytes > this.maxBytes) return undefined;
    this.used += bytes;
    return bytes;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}
