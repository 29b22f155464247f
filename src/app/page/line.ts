import type { WebSocketConstructor, WebSocketLike } from '/push-client.min.js';

/** How a close looks that no close frame has announced. */
const CUT_OFF = { code: 1006, reason: '' };

/** A line between this page and the server that can be cut, to see what the client does. */
export interface Line {
  /** For the client's option `webSocket`. */
  readonly WebSocket: WebSocketConstructor;
  /** The present connection breaks without a word; what is on its way is lost. */
  cut(): void;
  /** As long as it is held down there is no connection. */
  hold(isDown: boolean): void;
}

/** A socket that comes to nothing. */
class DeadSocket implements WebSocketLike {
  onopen = null;
  onmessage = null;
  onclose: ((event: never) => void) | null = null;
  onerror = null;

  constructor() {
    setTimeout(() => this.onclose?.(CUT_OFF as never));
  }

  send(): void {}

  close(): void {}
}

class CuttableSocket extends WebSocket {
  /**
   * The nearest thing to a cut that a page can do: from now on nobody listens, and the client
   * learns that the connection is gone before the server does.
   */
  cut(): void {
    const { onclose } = this;
    this.onopen = this.onmessage = this.onclose = null;
    this.close();
    onclose?.call(this, new CloseEvent('close', CUT_OFF));
  }
}

export function newLine(): Line {
  let isDown = false;
  let current: CuttableSocket | undefined;

  const open = (url: string, protocols: string): WebSocketLike =>
    isDown ? new DeadSocket() : (current = new CuttableSocket(url, protocols));

  const cut = (): void => {
    if (current?.readyState === WebSocket.OPEN) current.cut();
  };

  return {
    // A constructor may answer another object than the one that was made for it.
    WebSocket: function (url: string, protocols: string) {
      return open(url, protocols);
    } as unknown as WebSocketConstructor,
    cut,
    hold(down) {
      isDown = down;
      if (down) cut();
    },
  };
}
