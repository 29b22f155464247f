import type { RequestData, ResponseData } from '../../protocol/frames.js';

interface Question {
  /** Members that have not answered. */
  readonly waiting: Set<string>;
  /** The last refusal, for when nobody answers. */
  refusal: string | undefined;
}

/** Requests of the server to all members, of which it hears one answer. */
export class Questions {
  private readonly open = new Map<string, Question>();

  put({ id }: RequestData, members: Iterable<string>): void {
    this.open.set(id, { waiting: new Set(members), refusal: undefined });
  }

  /** Whether this response is the one for the server: an answer, or the last refusal. */
  isFinal(member: string, data: ResponseData, text: string): boolean {
    const question = this.open.get(data.id);
    if (question === undefined) return false;
    question.waiting.delete(member);
    question.refusal = text;
    if ('error' in data && question.waiting.size > 0) return false;
    this.open.delete(data.id);
    return true;
  }

  /** The server waits no longer. */
  cancel(id: string): void {
    this.open.delete(id);
  }

  /** A member is gone; answers refusals that were the last, because of that. */
  withdraw(member: string): string[] {
    const refusals: string[] = [];
    for (const [id, { waiting, refusal }] of this.open) {
      if (!waiting.delete(member) || waiting.size > 0 || refusal === undefined) continue;
      this.open.delete(id);
      refusals.push(refusal);
    }
    return refusals;
  }
}
