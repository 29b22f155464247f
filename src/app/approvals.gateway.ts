import { Inject, Logger } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { PushException } from '../protocol/push.exception.js';
import { Uid } from '../routing/handlers/decorators.js';
import { PushGateway } from '../routing/handlers/push-gateway.decorator.js';
import { ConnectionRegistryService } from '../service/connection-registry.service.js';
import type { ChatEvents, Question, Verdict } from './chat-events.js';
import { AskDto } from './chat.dto.js';
import { SETTINGS, type Settings } from './settings.js';

/** Milliseconds that a user has to decide. */
const DECIDED_WITHIN = 120_000;

/** Questions that all devices of a user show until the first of them has answered. */
@PushGateway()
export class ApprovalsGateway {
  private readonly logger = new Logger(ApprovalsGateway.name);
  private readonly isRetaining: boolean;

  constructor(
    private readonly push: ConnectionRegistryService<ChatEvents>,
    @Inject(SETTINGS) { history }: Settings,
  ) {
    this.isRetaining = history;
  }

  /** Answers at once, for the asker's next frames wait for the answer. */
  @SubscribeMessage('chat.ask')
  ask(@Uid() from: string, @MessageBody() asked: AskDto): true {
    this.decide(from, asked).catch((error: unknown) => this.logger.error(error));
    return true;
  }

  /** Asks, and tells both users what was decided and on which device. */
  private async decide(from: string, { key, uid, question }: AskDto): Promise<void> {
    const verdict = await this.verdictOf(uid, { from, question });
    await this.push.sendToUids(
      [from, uid],
      { type: 'decision', key, from, uid, question, at: Date.now(), verdict },
      { retain: this.isRetaining },
    );
  }

  private async verdictOf(uid: string, question: Question): Promise<Verdict> {
    try {
      const options = { timeout: DECIDED_WITHIN, policy: 'any' } as const;
      const { answers } = await this.push.request(uid, question, options);
      const [{ data, device, connectionId }] = answers;
      // Nothing has checked what a device answers, whatever its type says.
      const approved = (data as { approved?: unknown } | null)?.approved === true;
      return { approved, device: device ?? connectionId };
    } catch (error) {
      if (error instanceof PushException) return { failed: error.code };
      throw error;
    }
  }
}
