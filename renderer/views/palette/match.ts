/** Fuzzy search: every word of the query must be in the text, letter after letter; the nearer together, the better. */
import { searchWords } from '../../ui/searchWords.ts'

export interface Match {
  /** Higher is better. */
  readonly score: number
  /** Places in the text that were found, ascending. */
  readonly at: readonly number[]
}

const NOTHING: Match = { score: 0, at: [] }

/** Null where a word is not in `text`. An empty query matches everything alike. */
export function matchText(query: string, text: string): Match | null {
  const words = searchWords(query)
  const lower = text.toLowerCase()
  let score = 0
  const at = new Set<number>()
  for (const word of words) {
    const found = matchWord(word, lower, text)
    if (!found) return null
    score += found.score
    for (const i of found.at) at.add(i)
  }
  // Of texts that hold it alike, the shorter is nearer to what was asked for.
  return words.length === 0 ? NOTHING : { score: score - text.length / 100, at: [...at].sort((a, b) => a - b) }
}

function matchWord(word: string, lower: string, text: string): Match | null {
  // Together, and best of all where a word of the text begins.
  let best: Match | null = null
  for (let from = lower.indexOf(word); from >= 0; from = lower.indexOf(word, from + 1)) {
    const score = 10 * word.length + (isStart(text, from) ? 15 : 0) + (from === 0 ? 5 : 0)
    if (!best || score > best.score) best = { score, at: Array.from(word, (_, i) => from + i) }
  }
  return best ?? scattered(word, lower, text)
}

/** The letters in order with others between them: "s3u2" in "stage3/unit2". */
function scattered(word: string, lower: string, text: string): Match | null {
  const at: number[] = []
  let score = 0
  let from = 0
  for (const letter of word) {
    let place = lower.indexOf(letter, from)
    if (place < 0) return null
    // A later place where a word or a number begins is what an abbreviation means.
    for (let next = place; next >= 0 && next < place + 24; next = lower.indexOf(letter, next + 1))
      if (isStart(text, next)) {
        if (leaves(word.slice(at.length + 1), lower, next + 1)) place = next
        break
      }
    score += isStart(text, place) ? 6 : place === from ? 3 : 1
    at.push(place)
    from = place + 1
  }
  return { score: score - (from - (at[0] ?? 0)) / 50, at }
}

function leaves(rest: string, lower: string, from: number): boolean {
  let place = from
  for (const letter of rest) {
    place = lower.indexOf(letter, place) + 1
    if (place === 0) return false
  }
  return true
}

/** Where a word, a number or a part in capitals begins. */
function isStart(text: string, at: number): boolean {
  const before = text[at - 1]
  const here = text[at]
  if (before === undefined || here === undefined) return true
  if (!/[\p{L}\p{N}]/u.test(before)) return true
  return /\p{N}/u.test(here) !== /\p{N}/u.test(before) || (/\p{Lu}/u.test(here) && /\p{Ll}/u.test(before))
}

export interface Searched {
  readonly title: string
  readonly note: string
  /** What kind of thing it is, in words: "unit s3u2" finds a unit. */
  readonly kind: string
}

export interface Found<T> {
  readonly entry: T
  readonly at: readonly number[]
}

/** The entries that match, the best first, no more than `limit`; those that match alike keep their order. */
export function search<T extends Searched>(entries: readonly T[], query: string, limit: number): Found<T>[] {
  const found: { entry: T; score: number; at: readonly number[] }[] = []
  for (const entry of entries) {
    const { title, note, kind } = entry
    const match = matchText(query, `${title} ${note} ${kind}`)
    // What is found in its own name comes before what is found beside it.
    if (match)
      found.push({ entry, score: match.score + (match.at.every((i) => i < title.length) ? 4 : 0), at: match.at.filter((i) => i < title.length) })
  }
  return found.sort((a, b) => b.score - a.score).slice(0, limit)
}
