/** What the kernel shows as files; tests give it those of other boards. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Files {
  /** Undefined where it cannot be read. */
  text(path: string): string | undefined
  /** Names in a folder; none where there is no such folder. */
  list(path: string): readonly string[]
}

export const realFiles: Files = {
  text(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return undefined
    }
  },
  list(path) {
    try {
      return readdirSync(path)
    } catch {
      return []
    }
  },
}

/** A number in a file of its own; undefined where there is none. */
export function numberIn(files: Files, path: string): number | undefined {
  const text = files.text(path)?.trim()
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** One line of words: without the NUL at the end of a device tree's strings, without control characters, at most 300 long. */
export function wordsIn(files: Files, path: string): string | undefined {
  const text = files.text(path)
  const line = text && Array.from(text, (c) => (c < ' ' || (c >= '\u007f' && c <= '\u009f') ? ' ' : c)).join('')
  return line?.trim().replace(/ +/g, ' ').slice(0, 300) || undefined
}
