import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { expect, it } from 'vitest';
import { Connection, ConnectionRegistryService, PushGateway, Uid } from '../../src/index.js';
import { useApp } from '../support/use-app.js';

@PushGateway()
class TeamGateway {
  constructor(private readonly push: ConnectionRegistryService) {}

  /** To everyone of the team, but not to the connection that says it. */
  @SubscribeMessage('team.say')
  async say(@Uid() uid: string, @Connection() connection: Connection, @MessageBody() text: string) {
    const options = { retain: true, except: connection.connectionId };
    const { nodes } = await this.push.sendToGroup('team', { uid, text }, options);
    return nodes;
  }
}

const app = useApp({ push: { history: {} }, providers: [TeamGateway] });

it("an application's own gateway sends retained messages, which also later leave out whom it names", async () => {
  const ada = await app.json({ uid: 'ada', device: 'desk' });
  const phone = await app.json({ uid: 'ada', device: 'phone' });
  for (const uid of ['ada', 'away']) await app.push.joinGroup(uid, 'team');
  expect(await ada.exchange('team.say', 'hello')).toMatchObject({ data: 1 });
  const said = { uid: 'ada', text: 'hello' };
  expect(await phone.nextRetained()).toEqual([1, said]);
  expect(await ada.settle()).toEqual([]);
  const away = await app.connectJson();
  const { stream } = await away.login({ uid: 'away', recover: 'unread' });
  expect(stream).toMatchObject({ offset: 1, recovered: true });
  expect(await away.nextRetained()).toEqual([1, said]);
});
