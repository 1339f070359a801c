/** Looks strings up by key and fills in their values. */
import { en, type TextKey } from './en.ts'
import { zh } from './zh.ts'

export type { TextKey }
export type Locale = 'en' | 'zh'
export const LOCALES: readonly { readonly id: Locale; readonly name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'zh', name: '中文' },
]

const TABLES: Readonly<Record<Locale, Readonly<Record<TextKey, string>>>> = { en, zh }

export type Translate = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string

export function translator(locale: Locale): Translate {
  return (key, values = {}) => TABLES[locale][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
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
