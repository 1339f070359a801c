/** Text from a device, made fit for a message: one line, bounded, nothing that a terminal obeys or that reorders what is read. */

/** Controls, line and paragraph separators, marks that turn the direction of text, characters without width, lone surrogates. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** At most `most` characters of the original, the unfit ones as `\xNN` or `\u{N}`. */
export function printable(text: string, most = 300): string {
  const cut = text.length > most
  const shown = (cut ? text.slice(0, most) : text).replace(UNFIT, visible)
  return cut ? `${shown}…` : shown
}

function visible(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  const code = character.codePointAt(0) ?? 0
  const digits = code.toString(16)
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`
}
