/** Whether a setting's text is one of apt's words for no (StringToBool). */
export function saysNo(text: string): boolean {
  return /^(0+|no|false|without|off|disable)$/i.test(text.trim());
}
