/** A client that sends, and another, on another node, that receives. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { answerCommands } from '../lib/processes/commands.js';
import { numberedPayload } from '../lib/wire/payload.js';

const payload = numberedPayload(64);

/** @type {WebSocket} */
let sender;
/** @type {WebSocket} */
let receiver;

/** @param {number} port @param {string} uid */
async function login(port, uid) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'push.v1.json');
  await once(socket, 'open');
  socket.send(JSON.stringify({ event: 'auth', data: { uid } }));
  await once(socket, 'message');
  return socket;
}

/**
 * Sends with so many messages under way, each with its number as id, and counts what has come in
 * order at both ends.
 *
 * @param {{ inFlight: number, durationMs: number }} work
 */
function run({ inFlight, durationMs }) {
  const began = performance.now();
  let [sent, answered, received] = [0, 0, 0];

  const send = () => {
    const data = { to: 'receiver', data: payload(sent) };
    sender.send(JSON.stringify({ event: 'send', id: sent++, data }));
  };

  return new Promise((resolve, reject) => {
    /** Both have all, and the time is over. */
    const finish = () => {
      if (performance.now() - began < durationMs || answered < sent || received < sent) return;
      sender.off('message', onAnswer);
      receiver.off('message', onMessage);
      resolve(sent / ((performance.now() - began) / 1000));
    };
    /** @param {Buffer} bytes */
    const onAnswer = (bytes) => {
      const { event, id, data } = JSON.parse(bytes.toString());
      if (event !== 'sent' || id !== answered || data.nodes !== 1) reject(new Error(String(bytes)));
      answered++;
      if (performance.now() - began < durationMs) send();
      else finish();
    };
    /** @param {Buffer} bytes */
    const onMessage = (bytes) => {
      const { data } = JSON.parse(bytes.toString()).data;
      if (data !== payload(received)) reject(new Error(`${received} was ${data}`));
      received++;
      finish();
    };
    sender.on('message', onAnswer);
    receiver.on('message', onMessage);
    for (let i = 0; i < inFlight; i++) send();
  });
}

answerCommands({
  async connect(/** @type {{ from: number, to: number }} */ { from, to }) {
    [sender, receiver] = await Promise.all([login(from, 'sender'), login(to, 'receiver')]);
  },
  run,
});
