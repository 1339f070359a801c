/** Names of exported files: what is shown of which model. */

/** Bytes of UTF-8; file systems take 255 for a whole name. */
const LONGEST = 110

/** "<model>-<view>.<ext>", of letters, digits, dots, dashes and underscores alone. */
export function exportName(model: string | null, view: string, extension: string): string {
  const parts = [model === null ? '' : clean(model), clean(view)].filter(Boolean)
  return `${parts.join('-') || 'shufflescope'}.${extension}`
}

/** Letters of any script stay; what a file system or a shell might take for something else becomes a dash. */
function clean(text: string): string {
  const safe = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/-{2,}/g, '-')
  return shortened(safe).replace(/^[.-]+|[.-]+$/g, '')
}

/** Whole characters alone: half of one is no name. */
function shortened(text: string): string {
  const encoder = new TextEncoder()
  let bytes = 0
  let made = ''
  for (const character of text) {
    bytes += encoder.encode(character).length
    if (bytes > LONGEST) break
    made += character
  }
  return made
}
