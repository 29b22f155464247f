import { Injectable, Logger } from '@nestjs/common';
import type { KeptMessages } from '../delivery/archive.js';
import { ErrorCode } from '../protocol/codes.js';
import { isObject } from '../protocol/is-object.js';
import { PushException } from '../protocol/push.exception.js';
import { ConnectionRegistryService } from '../service/connection-registry.service.js';
import type { AdminEvents } from './frames.js';

/** Messages of a uid that are shown: the latest. */
const SHOWN = 50;

type Emits = AdminEvents['emits'];

/** Data of a frame are whatever came: the service checks each argument, and names what is wrong. */
type Loose<T> = { [Name in keyof T]?: T[Name] };

type Actions = {
  [Name in keyof Emits]: (
    data: Loose<Emits[Name]['data']>,
    address: string,
  ) => Promise<Emits[Name]['reply']>;
};

/** What an operator may do. What changes anything is told to the log. */
@Injectable()
export class OperatorActions {
  private readonly logger = new Logger('PushAdminModule');
  private readonly actions: Actions;

  constructor(private readonly push: ConnectionRegistryService) {
    this.actions = {
      uid: ({ uid }) => this.look(uid!),
      explain: async ({ id, uid }) => (await push.explain(id!, { uid })) ?? null,
      push: ({ uid, data, retain }, address) => this.send(uid!, data, retain, address),
      disconnect: ({ target }, address) => this.disconnect(target!, address),
    };
  }

  /**
   * @param address of the operator
   * @throws PushException that says what is wrong
   */
  run(event: string, data: unknown, address: string): Promise<unknown> {
    if (!Object.hasOwn(this.actions, event)) {
      throw new PushException(ErrorCode.UNKNOWN_EVENT, 'The view has no such event.');
    }
    return this.actions[event as keyof Actions](isObject(data) ? data : {}, address);
  }

  private async look(uid: string): Promise<Emits['uid']['reply']> {
    const connections = await this.push.connectionsOf(uid);
    return { uid, connections, kept: await this.latest(uid) };
  }

  private async latest(uid: string): Promise<KeptMessages | null> {
    try {
      const { offset } = await this.push.messages(uid, { limit: 1 });
      return await this.push.messages(uid, { after: Math.max(0, offset - SHOWN), limit: SHOWN });
    } catch (error) {
      // The uid is one, so what is missing is the history.
      if (error instanceof PushException && error.code === ErrorCode.VALIDATION_FAILED) return null;
      throw error;
    }
  }

  private async send(
    uid: string,
    data: unknown,
    retain: boolean | undefined,
    address: string,
  ): Promise<Emits['push']['reply']> {
    const outcome = await this.push.sendToUid(uid, data, { retain });
    this.logger.log(`The operator at ${address} sent message ${outcome.id} to ${quoted(uid)}.`);
    return outcome;
  }

  private async disconnect(target: string, address: string): Promise<Emits['disconnect']['reply']> {
    const result = await this.push.disconnect(target);
    this.logger.log(`The operator at ${address} disconnected ${quoted(target)}.`);
    return result;
  }
}

/** It has no line breaks, and whatever else it has stays in its quotes. */
function quoted(name: string): string {
  return JSON.stringify(name);
}
