/** Names of exported files: what is shown of which model. */

const LONGEST = 80

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
  // Whole characters: half a surrogate pair is no name.
  return [...safe]
    .slice(0, LONGEST)
    .join('')
    .replace(/^[.-]+|[.-]+$/g, '')
}
