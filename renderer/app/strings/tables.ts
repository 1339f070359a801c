/**
 * Every sentence of the page, by language: one file a screen, its languages side by side. `{name}` stands for a value,
 * `{name|layer|layers}` for a word by its number.
 */
import * as app from './app.ts'
import * as compare from './compare.ts'
import * as compress from './compress.ts'
import * as costs from './costs.ts'
import * as devices from './devices.ts'
import * as explore from './explore.ts'
import * as exporting from './export.ts'
import * as mixing from './mixing.ts'
import * as palette from './palette.ts'
import * as paper from './paper.ts'
import * as photo from './photo.ts'
import * as report from './report.ts'
import * as whatIf from './whatIf.ts'

export const en = {
  ...app.en,
  ...palette.en,
  ...explore.en,
  ...mixing.en,
  ...photo.en,
  ...costs.en,
  ...whatIf.en,
  ...compare.en,
  ...compress.en,
  ...devices.en,
  ...paper.en,
  ...exporting.en,
  ...report.en,
} as const

export type TextKey = keyof typeof en

export const zh: Readonly<Record<TextKey, string>> = {
  ...app.zh,
  ...palette.zh,
  ...explore.zh,
  ...mixing.zh,
  ...photo.zh,
  ...costs.zh,
  ...whatIf.zh,
  ...compare.zh,
  ...compress.zh,
  ...devices.zh,
  ...paper.zh,
  ...exporting.zh,
  ...report.zh,
}
