/** What the server says of itself. */
export interface PageSettings {
  /** Of the push socket. */
  path: string;
  auth: 'trust' | 'jwt';
  /** Whether messages are kept. */
  history: boolean;
}

export async function readSettings(): Promise<PageSettings> {
  const response = await fetch('settings.json');
  return (await response.json()) as PageSettings;
}

/** The address of the push socket of the server that this page came from. */
export function socketAddress({ path }: PageSettings): string {
  return location.origin.replace(/^http/, 'ws') + path;
}
