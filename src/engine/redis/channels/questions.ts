import { within } from '../../../protocol/within.js';
import { unavailable } from '../servers/unavailable.js';

interface Waiting {
  readonly answers: unknown[];
  /** How many nodes got the question; unknown until Redis says so. */
  expected: number | undefined;
  readonly finish: (answers: unknown[]) => void;
}

/** Questions to other nodes: each node that got one answers it on this node's own channel. */
export class Questions {
  private readonly waiting = new Map<string, Waiting>();
  private lastToken = 0;

  constructor(
    /** Milliseconds that the other nodes may take. */
    private readonly timeout: number,
  ) {}

  /**
   * Publishes a question, and answers what came back, one answer per node that got it.
   *
   * @param publish publishes it with the token that names it; answers how many nodes got it
   * @throws PushException UNAVAILABLE when not all have answered in time
   */
  async ask(publish: (token: string) => Promise<number>): Promise<unknown[]> {
    const token = (++this.lastToken).toString(36);
    try {
      return await within(this.timeout, this.answersTo(token, publish), (reject) =>
        reject(unavailable(`a node did not answer within ${this.timeout} ms`)),
      );
    } finally {
      this.waiting.delete(token);
    }
  }

  /** One node's answer; one that nobody waits for any more is nobody's loss. */
  answered(token: string, answer: unknown): void {
    const waiting = this.waiting.get(token);
    if (waiting === undefined) return;
    waiting.answers.push(answer);
    this.check(waiting);
  }

  private answersTo(
    token: string,
    publish: (token: string) => Promise<number>,
  ): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { answers: [], expected: undefined, finish: resolve };
      this.waiting.set(token, waiting);
      publish(token).then((nodes) => {
        waiting.expected = nodes;
        this.check(waiting);
      }, reject);
    });
  }

  private check({ expected, answers, finish }: Waiting): void {
    if (expected !== undefined && answers.length >= expected) finish(answers);
  }
}
