/** Stands where the parsed body would, until the request's turn in Nest comes to be refused. */
export class UnreadableBody {
  constructor(readonly reason: unknown) {}
}
