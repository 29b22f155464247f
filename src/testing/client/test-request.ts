import type { RequestData, ResponseData } from '../../protocol/frames.js';

/** What the server asks a test client, which the test answers, refuses, or lets run out. */
export class TestRequest<Data = unknown, Answer = unknown> {
  readonly id: string;
  readonly data: Data;

  /** @internal */
  constructor(
    { id, data }: RequestData,
    private readonly respond: (response: ResponseData) => Promise<void>,
  ) {
    this.id = id;
    this.data = data as Data;
  }

  /**
   * Answers, and waits until the server has taken it.
   *
   * @throws PushClientError NOT_FOUND when the request is over
   */
  answer(data: Answer): Promise<void> {
    return this.respond({ id: this.id, data });
  }

  /**
   * Refuses to answer; the service throws `REJECTED` when every device does.
   *
   * @throws PushClientError NOT_FOUND when the request is over
   */
  refuse(code = 'REFUSED', message = 'The test refuses.'): Promise<void> {
    return this.respond({ id: this.id, error: { code, message } });
  }
}
