import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../../engine/engine.js';
import type { NodeNote } from '../../engine/node-handler.js';
import type { Target } from '../../engine/target.js';
import { ErrorCode } from '../../protocol/codes.js';
import type { ResponseData } from '../../protocol/frames.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import { Message } from '../../protocol/message.js';
import { PushException } from '../../protocol/push.exception.js';
import type { Connection } from '../../registry/connection.js';
import { FanOut } from '../../registry/fan-out.js';
import { LocalNode } from '../../registry/local-node.js';
import { AskedRequest } from './asked-request.js';
import { readOver, RequestNote, type AskedDevice } from './request-notes.js';

/** What devices of this node are asked, by whichever node, and have not answered. */
@Injectable()
export class Asked {
  private readonly requests = new Map<string, AskedRequest>();

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly local: LocalNode,
  ) {
    local.employ('request', (target, message) => this.ask(target, message));
    local.listen(RequestNote.OVER, (note) => this.end(readOver(note).id));
  }

  /**
   * A device answers, or refuses to.
   *
   * @throws PushException NOT_FOUND when it was not asked, or the request is over;
   *   VALIDATION_FAILED when the answer is nested too deeply to be written
   */
  respond({ connectionId }: Connection, response: ResponseData): MaybePromise<void> {
    const request = this.requests.get(response.id);
    // The same mistake whatever the engine: not all of them write it.
    if ('data' in response) Message.of(response.id, response.data);
    if (!request?.begin(connectionId)) throw notAsked();
    const note = { kind: RequestNote.ANSWERED, ...response, connectionId };
    const told = this.engine.tell(request.node, note);
    if (!isPromise(told)) return this.answered(request, connectionId, told);
    return told.then(
      (arrived) => this.answered(request, connectionId, arrived),
      (error: unknown) => {
        request.again(connectionId);
        throw error;
      },
    );
  }

  private answered(request: AskedRequest, connectionId: string, arrived: boolean): void {
    request.drop(connectionId);
    this.tidy(request);
    if (!arrived) throw notAsked();
  }

  /** Asks what this node holds of the uid, as far as it can answer. */
  private ask(target: Target, message: Message): boolean {
    const { id, awaited } = message;
    if (target.kind !== 'uid' || awaited === undefined) return false;
    const held = this.local.of(target.uid);
    // It is not one of the nodes that the request goes to. Another one is, whatever it holds now.
    if (held.length === 0 && awaited.node === this.local.node) return false;
    const fanOut = new FanOut(message, undefined);
    const asked = held.filter((connection) => fanOut.to(connection));
    const timer = setTimeout(() => this.end(id), awaited.timeout).unref();
    const request = new AskedRequest(id, awaited.node, timer);
    this.requests.set(id, request);
    this.note(request, {
      kind: RequestNote.ASKED,
      id,
      node: this.local.node,
      devices: asked.map(deviceOf),
    });
    for (const connection of asked) {
      request.await(connection, () => this.left(request, connection));
    }
    // If nobody waits for it any more, it was over before the devices were in it.
    if (this.requests.has(id)) this.tidy(request);
    else request.end();
    return held.length > 0;
  }

  private left(request: AskedRequest, { connectionId }: Connection): void {
    request.drop(connectionId);
    this.note(request, { kind: RequestNote.LEFT, id: request.id, connectionId });
    this.tidy(request);
  }

  private end(id: string): void {
    this.requests.get(id)?.end();
    this.requests.delete(id);
  }

  private tidy({ id, isDone }: AskedRequest): void {
    if (isDone) this.end(id);
  }

  /** Who does not hear of it is told by its own timeout. */
  private note({ node }: AskedRequest, note: NodeNote): void {
    const told = this.engine.tell(node, note);
    if (isPromise(told)) told.catch(() => undefined);
  }
}

function deviceOf({ connectionId, device }: Connection): AskedDevice {
  return device === undefined ? { connectionId } : { connectionId, device };
}

function notAsked(): PushException {
  return new PushException(ErrorCode.NOT_FOUND, 'Answer requests that are open, and only once.');
}
