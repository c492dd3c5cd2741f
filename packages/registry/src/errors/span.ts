/** A part of a text, up to the character before `end`. */
export interface Span {
  start: number;
  end: number;
}
