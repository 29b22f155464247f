import { PushClient } from 'nestjs-uid-push/client';
import { WebSocket } from 'ws';

/**
 * A device that gets messages, goes, and comes back, as an application's does: with the client of
 * this package, which acknowledges what it was given.
 */
export class Device {
  /** Numbers of the messages, as they were handed to the application. @type {number[]} */
  received = [];
  /** Times at which the server could not say what was missed. */
  unrecovered = 0;
  recoveries = 0;

  /** @param {string} url @param {string} uid @param {string} name */
  constructor(url, uid, name) {
    this.uid = uid;
    this.name = name;
    this.client = new PushClient(url, {
      auth: () => ({ uid }),
      device: name,
      unread: true,
      minBackoff: 100,
      maxBackoff: 2_000,
      webSocket: /** @type {any} */ (WebSocket),
    });
    this.client.on('message', ({ data }) => {
      this.received.push(/** @type {{ n: number }} */ (data).n);
    });
    this.client.on('recovered', ({ recovered }) => {
      if (recovered) this.recoveries++;
      else this.unrecovered++;
    });
  }

  connect() {
    return this.client.connect();
  }

  close() {
    this.client.close();
  }
}
