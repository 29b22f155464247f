/** One field that is broken, and every rule that it breaks. */
export interface FieldError {
  /** Path of the field, parts joined by dots: `to`, `data`, `to.group`. */
  field: string;
  /** One sentence per broken rule; never contains the value. */
  errors: string[];
}
