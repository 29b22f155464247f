export const SLOTS = 16_384;

/** CRC-16/XMODEM, the checksum of Redis Cluster: polynomial 0x1021, start 0. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** The slot of a key: what `CLUSTER KEYSLOT` answers, hash tags and all. */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of Buffer.from(taggedPart(key))) {
    crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >> 8) ^ byte];
  }
  return crc % SLOTS;
}

/** What is hashed: the part in the first pair of braces, unless that is empty. */
function taggedPart(key: string): string {
  const open = key.indexOf('{');
  if (open < 0) return key;
  const close = key.indexOf('}', open + 1);
  return close > open + 1 ? key.slice(open + 1, close) : key;
}
