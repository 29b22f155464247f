/** Methods that every Buffer has and that its types do not name: the cheapest way to its text. */
interface Buffer {
  utf8Slice(start?: number, end?: number): string;
  latin1Slice(start?: number, end?: number): string;
}
