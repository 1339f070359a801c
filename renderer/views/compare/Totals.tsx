/** Both sides in exact totals, with difference and ratio, and in words what a missing shuffle means. */
import { useEffect, useMemo } from 'react'
import { differenceOf } from '../../charts/compare/layout.ts'
import type { Comparison } from '../../store/compareSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { sayText } from '../mixing/mixingData.ts'
import { taskShare, taskText } from '../taskText.ts'
import { COMPARE_MEASURES, type CompareMeasure, exactText, missingShuffles, ratioText, signed, totalOf, valuesOf } from './compareData.ts'
import { importedText } from './importedText.ts'
import { useTimes } from './times.ts'

export function Totals({ comparison }: { readonly comparison: Comparison }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const timing = useStore((s) => s.compareTiming)
  const error = useStore((s) => s.compareTimingError)
  const measure = useStore((s) => s.measureBoth)
  const saveTrace = useStore((s) => s.saveTrace)
  const times = useTimes(comparison)
  const { a, b, side } = comparison
  const totals = (id: CompareMeasure) => {
    if (id === 'ms') return { a: times.a.total, b: times.b.total }
    if (id === 'params') return { a: a.params, b: b.params }
    const values = valuesOf(id, convention, { a: null, b: null })
    return { a: values && totalOf(a.layers, values.a), b: values && totalOf(b.layers, values.b) }
  }
  const shuffles = useMemo(() => missingShuffles({ a, b }), [a, b])
  const timed = times.a.total !== null && times.b.total !== null
  return (
    <section className="compare-totals" aria-label={t('compare.totals')}>
      {shuffles !== null && <Story shuffles={shuffles} />}
      <table>
        <thead>
          <tr>
            <th scope="col" className="sr-only">
              {t('strip.measure')}
            </th>
            <td aria-hidden="true" />
            {['A', 'B', 'B − A', 'B ÷ A'].map((head) => (
              <th key={head} scope="col" className="num">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {COMPARE_MEASURES.map((id) => {
            const both = totals(id)
            const known = both.a !== null && both.b !== null
            return (
              <tr key={id}>
                <th scope="row" colSpan={2} title={id === 'bytes' ? t('costs.bytes.hint') : undefined}>
                  {t(id === 'ms' && side.trace?.imported?.summary ? 'compare.measure.ms.mean' : `compare.measure.${id}`)}
                </th>
                {[both.a, both.b].map((value, i) => (
                  <td key={i} className="num">
                    {value === null ? <span className="quiet">–</span> : exactText(id, value)}
                  </td>
                ))}
                <td className="num">{known ? signed(differenceOf(both), (v) => exactText(id, v)) : ''}</td>
                <td className="num">{known ? ratioText(both) : ''}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p className="quiet small">{t('compare.counted', { convention: t(`convention.${convention}`) })}</p>
      {error && !timing && <ErrorNote error={error} />}
      {timing ? (
        <Busy
          label={`${timing.side.toUpperCase()}: ${taskText(t, timing.task.progress)}`}
          share={taskShare(timing.task.progress)}
          cancel={t('app.cancel')}
          onCancel={timing.task.cancel}
        />
      ) : (
        <div className="row">
          <button type="button" className="button is-small" onClick={() => void measure()}>
            {t(side.trace ? 'compare.time.a' : timed ? 'compare.time.again' : 'compare.time.both')}
          </button>
          {times.a.total !== null && (
            <button type="button" className="button is-small" title={t('compare.time.save.hint')} onClick={() => void saveTrace()}>
              {t('compare.time.save')}
            </button>
          )}
          <span className="quiet small">
            {side.trace?.imported
              ? importedText(t, side.trace.imported, side.trace)
              : side.trace
                ? t('compare.time.trace', {
                    cpu: side.trace.host.cpu,
                    runtime: side.trace.host.runtime,
                    backend: side.trace.backend,
                    threads: side.trace.threads,
                  })
                : timed
                  ? ''
                  : t('compare.time.hint')}
          </span>
        </div>
      )}
    </section>
  )
}

/** The same cost, and groups cut off. */
function Story({ shuffles }: { readonly shuffles: number }) {
  const t = useText()
  const handle = useStore((s) => s.handle)
  const mixing = useStore((s) => (s.mixing?.handle === s.handle ? s.mixing?.view : undefined))
  const load = useStore((s) => s.loadMixing)
  useEffect(() => void load(), [load, handle])
  return (
    <p className="compare-says">
      {t('compare.says.noShuffle', { n: shuffles })} {mixing && mixing.stages.length > 0 && sayText(t, mixing)}
    </p>
  )
}
