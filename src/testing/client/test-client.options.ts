/** Who a test client is: a uid or a token. */
export type TextTestIdentity =
  | {
      /** For `TrustUidAuthenticator`, and any that takes `{ uid }`; with `text` the frame itself. */
      uid: string;
      token?: undefined;
    }
  | {
      /** For `JwtAuthenticator`, and any that takes `{ token }`; with `text` the frame itself. */
      token: string;
      uid?: undefined;
    };

/** Who a test client is: exactly one of uid, token and auth. */
export type TestIdentity =
  | (TextTestIdentity & { auth?: undefined })
  | {
      /** All data of the `auth` frame: `recover`, or what an authenticator of your own takes. */
      auth: Readonly<Record<string, unknown>>;
      uid?: undefined;
      token?: undefined;
    };

/** How a test client comes to the server. */
export interface TestConnection {
  /**
   * The path of the push socket, with a query if there is one.
   *
   * @default the option `path` of the application's PushModule
   */
  path?: string | undefined;
  /** Headers of the upgrade request: cookies, `origin`, those of a proxy. */
  headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Milliseconds that the client waits for anything at most. Less than the test runner's own
   * timeout, so that a failure says what came instead.
   *
   * @default 4_000 ms
   */
  timeout?: number | undefined;
}

/** A client of `push.v1.json`. */
export type TestClientOptions = TestConnection &
  TestIdentity & {
    codec?: 'json' | undefined;
    /** The name of the device, or tab. */
    device?: string | undefined;
  };

/** A client of `push.v1.text`. Its protocol has no devices and no data beside the credential. */
export type TextTestClientOptions = TestConnection & TextTestIdentity & { codec: 'text' };

/** Shorter than the 5 seconds that vitest and jest give to a test. */
export const TIMEOUT = 4_000;
