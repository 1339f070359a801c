/** Looks strings up by key and fills in their values: the one place where words are chosen by number. */
import { en, type TextKey, zh } from './tables.ts'

export type { TextKey }
export type Locale = 'en' | 'zh'
export const LOCALES: readonly { readonly id: Locale; readonly name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'zh', name: '中文' },
]

const TABLES: Readonly<Record<Locale, Readonly<Record<TextKey, string>>>> = { en, zh }

export type Translate = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string

/**
 * `{name}` stands for a value, and `{name|layer|layers}` for one of two words by how many it is, as the language counts.
 * A language that does not need the words leaves them out.
 */
export function translator(locale: Locale): Translate {
  const plural = new Intl.PluralRules(locale)
  return (key, values = {}) =>
    TABLES[locale][key]
      .replace(/\{(\w+)\|([^{}|]*)\|([^{}|]*)\}/g, (_, name: string, one: string, other: string) =>
        plural.select(Number(values[name])) === 'one' ? one : other,
      )
      .replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The locale for a setting: a BCP 47 tag or "system". */
export function localeOf(setting: string, system: readonly string[]): Locale {
  const tags = setting === 'system' ? system : [setting]
  for (const tag of tags) {
    if (/^zh\b/i.test(tag)) return 'zh'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return 'en'
}
