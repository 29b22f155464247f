import { Inject } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import type { SendOptions } from '../delivery/send-options.js';
import { Connection, Uid } from '../routing/handlers/decorators.js';
import { PushGateway } from '../routing/handlers/push-gateway.decorator.js';
import { ConnectionRegistryService } from '../service/connection-registry.service.js';
import type { Audience, ChatEvents, ChatMessage, Fate, Past, Said, Saying } from './chat-events.js';
import { FateDto, GroupDto, SayDto } from './chat.dto.js';
import { SETTINGS, type Settings } from './settings.js';

/** Milliseconds that the devices of the others may take to get what was said. */
const WRITTEN_WITHIN = 3_000;
/** Messages that a page shows of what was before it came. */
const PAST = 50;

/**
 * What the page does beside `send` and `broadcast`. What is said here is kept for those who are
 * away, and the speaker learns what becomes of it.
 */
@PushGateway()
export class ChatGateway {
  private readonly isRetaining: boolean;

  constructor(
    private readonly push: ConnectionRegistryService<ChatEvents>,
    @Inject(SETTINGS) { history }: Settings,
  ) {
    this.isRetaining = history;
  }

  /** A repeat under the same key is said once: a page repeats it when its connection broke. */
  @SubscribeMessage('chat.say')
  async say(
    @Uid() from: string,
    @Connection() { connectionId }: Connection,
    @MessageBody() { key, text, uids, group }: SayDto,
  ): Promise<Saying> {
    const audience: Audience = group === undefined ? { uids } : { group };
    const said: Said = { from, text, at: Date.now(), ...audience };
    const recipients = (await this.uidsOf(audience)).filter((uid) => uid !== from);
    const { id, receipts = [] } = await this.sendTo(
      audience,
      { type: 'said', ...said },
      { ...this.kept('written'), except: from, idempotencyKey: `${from}:${key}` },
    );
    const devices = receipts.filter(({ state }) => state !== 'none').length;
    const saying: Saying = { ...said, key, id, recipients, devices };
    await this.push.sendToUid(
      from,
      { type: 'saying', ...saying },
      {
        ...this.kept(),
        except: connectionId,
        idempotencyKey: `${from}:${key}:saying`,
      },
    );
    return saying;
  }

  /** What became of a message, at each of those who got it. */
  @SubscribeMessage('chat.fate')
  fate(@MessageBody() { id, uids }: FateDto): Promise<Fate[]> {
    return Promise.all(
      uids.map(async (uid) => {
        const { devices = [] } = (await this.push.explain(id, { uid })) ?? {};
        const seenOn = devices.filter(({ ackedAt }) => ackedAt !== undefined);
        return {
          uid,
          isSeen: seenOn.length > 0,
          devices: devices.length,
          seenOn: seenOn.map(({ device, connectionId }) => device ?? connectionId),
        };
      }),
    );
  }

  /** The last messages that are kept for the user. */
  @SubscribeMessage('chat.past')
  async past(@Uid() uid: string): Promise<Past> {
    const { offset } = await this.push.messages(uid, { limit: 1 });
    const after = Math.max(0, offset - PAST);
    const { epoch, messages } = await this.push.messages(uid, { after, limit: PAST });
    return {
      epoch,
      messages: messages.map(({ state, at: _, ...message }) => ({
        ...message,
        isSeen: state !== 'stored' && state !== 'written',
      })),
    };
  }

  /** @returns who is in the group now */
  @SubscribeMessage('chat.join')
  async join(@Uid() uid: string, @MessageBody() { group }: GroupDto): Promise<string[]> {
    await this.push.joinGroup(uid, group);
    return this.push.uidsInGroup(group);
  }

  /** @returns who is still in the group */
  @SubscribeMessage('chat.leave')
  async leave(@Uid() uid: string, @MessageBody() { group }: GroupDto): Promise<string[]> {
    await this.push.leaveGroup(uid, group);
    return this.push.uidsInGroup(group);
  }

  private async uidsOf({ uids = [], group }: Audience): Promise<string[]> {
    return group === undefined ? [...new Set(uids)] : this.push.uidsInGroup(group);
  }

  private sendTo({ uids = [], group }: Audience, data: ChatMessage, options: SendOptions) {
    return group === undefined
      ? this.push.sendToUids(uids, data, options)
      : this.push.sendToGroup(group, data, options);
  }

  private kept(receipt?: 'written'): SendOptions {
    if (!this.isRetaining) return {};
    if (receipt === undefined) return { retain: true };
    return { receipt, quorum: 'all', timeout: WRITTEN_WITHIN };
  }
}
