import type { JsonClient } from './client.js';

/** A `request` frame as a device sees it, and how it answers. */
export interface AskedDevice {
  id: string;
  data: unknown;
  readonly answer: (data: unknown) => void;
  readonly refuse: (code: string, message?: string) => void;
}

/** Waits until the device is asked. */
export async function asked(device: JsonClient): Promise<AskedDevice> {
  const { id, data } = (await device.nextEvent('request')) as { id: string; data: unknown };
  const respond = (rest: object) => device.write({ event: 'response', data: { id, ...rest } });
  return {
    id,
    data,
    answer: (answer) => respond({ data: answer }),
    refuse: (code, message = 'No.') => respond({ error: { code, message } }),
  };
}
