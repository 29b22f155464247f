import type { Codec } from './codec.js';
import { JsonCodec } from './json.codec.js';
import { TextCodec, type TextCodecOptions } from './text.codec.js';

const OPENING_BRACE = 0x7b;

/** The codecs of one server, and how a connection comes to its own. */
export class Codecs {
  readonly json: Codec = new JsonCodec();
  readonly text: Codec;

  constructor(options: TextCodecOptions = {}) {
    this.text = new TextCodec(options);
  }

  /** The subprotocols that are spoken, the preferred one first. */
  get subprotocols(): readonly string[] {
    return [this.json.subprotocol, this.text.subprotocol];
  }

  /** The codec that a negotiated subprotocol names; undefined when none was negotiated. */
  bySubprotocol(subprotocol: string): Codec | undefined {
    if (subprotocol === this.json.subprotocol) return this.json;
    if (subprotocol === this.text.subprotocol) return this.text;
    return undefined;
  }

  /** The codec that a first frame speaks, known by its first byte. */
  byFirstByte(byte: number | undefined): Codec {
    return byte === OPENING_BRACE ? this.json : this.text;
  }
}
