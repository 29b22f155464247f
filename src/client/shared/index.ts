import { globalWebSocket, type WebSocketConstructor } from '../web-socket.js';
import { thisBrowser } from './browser.js';
import { SharedSocket } from './shared-socket.js';
import { Tab } from './tab.js';

/** What tabs share, and how much of it is kept. */
export interface SharedWebSocketOptions {
  /**
   * Which clients share: those of one name and address. Where several users may be signed in side
   * by side in one browser, it must name the user.
   * @default ''
   */
  name?: string | undefined;
  /**
   * Retained messages that are kept for tabs that come later.
   * @default 1000
   */
  maxBacklog?: number | undefined;
  /** The WebSocket that is shared. @default globalThis.WebSocket */
  webSocket?: WebSocketConstructor | undefined;
}

/**
 * A WebSocket for `PushClient` that all tabs of a page share: one connection to the server,
 * however many tabs are open. Where the browser has no Web Locks or no BroadcastChannel, each tab
 * has its own.
 */
export function sharedWebSocket(options: SharedWebSocketOptions = {}): WebSocketConstructor {
  const { name = '', maxBacklog = 1000, webSocket: WebSocket = globalWebSocket() } = options;
  const browser = thisBrowser();
  if (browser === undefined) return WebSocket;
  const tabs = new Map<string, Tab>();

  const tabFor = (url: string, protocol: string): Tab => {
    const known = tabs.get(url);
    if (known !== undefined) return known;
    const openSocket = () => new WebSocket(url, protocol);
    const tab = new Tab(browser, `push:${url}:${name}`, openSocket, maxBacklog, () =>
      tabs.delete(url),
    );
    tabs.set(url, tab);
    return tab;
  };

  return class extends SharedSocket {
    constructor(url: string, protocol: string) {
      super(tabFor(url, protocol));
    }
  };
}
