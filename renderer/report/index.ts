/** The report of a model: one HTML file that needs no network and no script. Pure; used by the command line and by the page's worker. */
import type { Model } from '../../engine/index.ts'
import { type Locale, translator } from '../app/strings/index.ts'
import { element, markupOf } from '../export/markup.ts'
import { reportFacts } from './facts.ts'
import type { Measurement } from './measurement.ts'
import { mapSection, mixingSection, modelSection, shufflesSection, stagesSection, totalsSection } from './structure.ts'
import { STYLE } from './style.ts'
import { layersSection, measurementSections } from './timing.ts'

export { type Measurement, measurementOfProfile, measurementOfTrace, tracedModel } from './measurement.ts'
export { warningsOf } from './warning.ts'
export { translator }

export interface ReportOptions {
  readonly measurements: readonly Measurement[]
  readonly locale: Locale
  /** Of the application. */
  readonly version: string
  /** When it was made: a date, ISO 8601. */
  readonly made: string
  readonly signal: AbortSignal
}

/** Nothing may be loaded or run, whatever a model's names hold. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** Throws ScopeError where the graph cannot be recognised, `cancelled` once the signal says so. */
export function reportHtml(model: Model, { measurements, locale, version, made, signal }: ReportOptions): string {
  const t = translator(locale)
  const facts = reportFacts(model, measurements, signal)
  const contents = [
    ['model', t('inspector.model')],
    ['totals', t('report.totals')],
    ['map', t('export.map')],
    ['stages', t('report.stages')],
    ['shuffles', t('inspector.shuffles')],
    ['mixing', t('mixing.title')],
    ['measured', t('report.measured')],
    ['layers', t('costs.title')],
  ] as const
  const page = element(
    'html',
    { lang: locale === 'zh' ? 'zh-Hans' : 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('meta', { name: 'color-scheme', content: 'light dark' }),
      element('meta', { name: 'generator', content: `ShuffleScope ${version}` }),
      element('title', {}, t('report.title', { model: model.title })),
      // Our own text: the content of a style element is not escaped, and holds no markup.
      { markup: `<style>${STYLE}</style>` },
    ),
    element(
      'body',
      {},
      element(
        'header',
        {},
        element('h1', {}, model.title),
        element('p', { class: 'quiet' }, t('report.made', { version, made: made.slice(0, 10) })),
        element(
          'nav',
          { 'aria-label': t('report.contents') },
          element(
            'ul',
            {},
            contents.map(([id, name]) => element('li', {}, element('a', { href: `#${id}` }, name))),
          ),
        ),
      ),
      element(
        'main',
        {},
        modelSection(t, facts),
        totalsSection(t, facts),
        mapSection(t, facts),
        stagesSection(t, facts),
        shufflesSection(t, facts),
        mixingSection(t, facts),
        measurementSections(t, facts),
        layersSection(t, facts),
      ),
      element('footer', {}, element('p', {}, t('report.foot'))),
    ),
  )
  return `<!DOCTYPE html>\n${markupOf(page)}\n`
}
