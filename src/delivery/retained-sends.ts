import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../engine/engine.js';
import type { Except, Target } from '../engine/target.js';
import { HISTORY, type Appended, type AppendOptions, type History } from '../history/history.js';
import { andThen, type MaybePromise } from '../protocol/maybe-promise.js';
import type { Message } from '../protocol/message.js';
import { invalid, noHistory } from './no-history.js';
import type { SendOutcome } from './send-options.js';
import { Sender, type SendRequest } from './sender.js';

/** How a message is retained. */
export type Retention = Pick<AppendOptions, 'ttl' | 'settle' | 'undeliveredAfter'>;

type Streamed = Extract<Target, { kind: 'uid' | 'uids' | 'group' }>;

/** Sends that are kept: they go through the history, which has them carried when they have a place. */
@Injectable()
export class RetainedSends {
  constructor(
    private readonly sender: Sender,
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(HISTORY) private readonly history: History | null,
  ) {}

  /**
   * Messages of one sender to one uid arrive in the order of these calls, and those of `Sender`.
   *
   * @throws PushException VALIDATION_FAILED where there is no history, or no stream for the target
   */
  send(target: Target, request: SendRequest, retention: Retention): MaybePromise<SendOutcome> {
    const { history } = this;
    if (target.kind === 'all' || target.kind === 'connection') {
      throw invalid('retain', 'Retain messages to uids and groups only: no one else has a stream.');
    }
    if (history === null) throw noHistory('retain');
    const message = this.sender.compose(request);
    return andThen(this.uidsOf(target), (uids) => {
      const except = request.except;
      const wanted = except === undefined ? uids : uids.filter((uid) => !except.has(uid));
      if (wanted.length === 0) return { id: message.id, nodes: 0 };
      const appended = history.append(wanted, message, optionsOf(retention, except));
      return andThen(appended, (result) => outcomeOf(target, message, result));
    });
  }

  private uidsOf(target: Streamed): MaybePromise<readonly string[]> {
    switch (target.kind) {
      case 'uid':
        return [target.uid];
      case 'uids':
        return [...new Set(target.uids)];
      case 'group':
        return this.engine.uidsInGroup(target.group);
    }
  }
}

function optionsOf(retention: Retention, except: Except | undefined): AppendOptions {
  return except === undefined ? retention : { ...retention, except };
}

function outcomeOf(target: Target, { id }: Message, { nodes, positions }: Appended): SendOutcome {
  return target.kind === 'uid' ? { id, nodes, ...positions[0] } : { id, nodes };
}
