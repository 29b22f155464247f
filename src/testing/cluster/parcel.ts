import type { NodeNote } from '../../engine/node-handler.js';
import type { Member, Target } from '../../engine/target.js';
import type { Message } from '../../protocol/message.js';

/** From which node to which, by their numbers. */
export interface Way {
  readonly from: number;
  readonly to: number;
}

/**
 * What goes from one node to another: a message for clients (`message.json` is its data), the order
 * to close connections, what has become of a uid that is watched there, or what the nodes tell each
 * other about requests and receipts.
 */
export type Parcel = Way &
  (
    | { readonly kind: 'message'; readonly target: Target; readonly message: Message }
    | { readonly kind: 'close'; readonly target: Member }
    | { readonly kind: 'presence'; readonly uid: string; readonly online: boolean }
    | { readonly kind: 'note'; readonly note: NodeNote }
  );

/** A parcel without its way. */
export type Content = Parcel extends infer One
  ? One extends Way
    ? Omit<One, keyof Way>
    : never
  : never;

/** Which parcels; left out, all of them. */
export type ParcelFilter = (parcel: Parcel) => boolean;
