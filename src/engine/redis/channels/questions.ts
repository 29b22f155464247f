import { unavailable } from '../servers/unavailable.js';

interface Waiting {
  readonly answers: unknown[];
  /** How many nodes got the question; unknown until Redis says so. */
  expected: number | undefined;
  readonly finish: () => void;
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
    let timer: NodeJS.Timeout | undefined;
    const answers: unknown[] = [];
    const complete = new Promise<void>((resolve, reject) => {
      this.waiting.set(token, { answers, expected: undefined, finish: resolve });
      timer = setTimeout(() => {
        reject(unavailable(`a node did not answer within ${this.timeout} ms`));
      }, this.timeout);
    });
    complete.catch(() => undefined);
    try {
      const waiting = this.waiting.get(token)!;
      waiting.expected = await publish(token);
      this.check(waiting);
      await complete;
      return answers;
    } finally {
      clearTimeout(timer);
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

  private check({ expected, answers, finish }: Waiting): void {
    if (expected !== undefined && answers.length >= expected) finish();
  }
}
