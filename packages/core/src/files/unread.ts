/** The same text, joined again: a text that was read takes memory of its own, and this one is soon dropped. */
export function unread(text: string): string {
  return `${text} `.slice(0, -1);
}
