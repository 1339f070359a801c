/** What every field that filters a list does with what is typed there. */

/** The words of a query, in small letters. */
export function searchWords(query: string): readonly string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean)
}

/** Tells of texts whether every word of the query is in one of them. */
export function wordMatcher(query: string): (...texts: readonly (string | null)[]) => boolean {
  const words = searchWords(query)
  return (...texts) => {
    const text = texts.join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  }
}
