/** Differences by stage and by layer, in one measure, linked to the one selection. */
import { useMemo, useState } from 'react'
import { useShallow } from 'zustand/shallow'
import { differenceOf } from '../../charts/compare/layout.ts'
import type { Comparison } from '../../store/compareSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { selectedRange } from '../../store/selectors.ts'
import { Figure } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import {
  COMPARE_MEASURES,
  type CompareMeasure,
  type DifferenceRow,
  differenceTable,
  firstMeasure,
  layerRows,
  rowsOf,
  sectionRows,
  sectionSpans,
  valuesOf,
} from './compareData.ts'
import { DifferenceTable } from './DifferenceTable.tsx'
import { useTimes } from './times.ts'

const SHOWN = ['all', 'different'] as const

export function Differences({ comparison }: { readonly comparison: Comparison }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const range = useStore(useShallow(selectedRange))
  const selectNode = useStore((s) => s.selectNode)
  const selectRange = useStore((s) => s.selectRange)
  const enter = useStore((s) => s.enter)
  const [chosen, setMeasure] = useState<CompareMeasure | null>(null)
  const [shown, setShown] = useState<(typeof SHOWN)[number]>('all')
  /** A row that only side b has: there is no node to select. It holds until another selection is made. */
  const [own, setOwn] = useState<{ readonly comparison: Comparison; readonly key: string; readonly range: string } | null>(null)
  const times = useTimes(comparison)
  const rows = useMemo(() => rowsOf(comparison), [comparison])
  const spans = useMemo(() => sectionSpans(rows), [rows])
  const measure = chosen ?? firstMeasure(comparison, convention)
  const values = useMemo(
    () => valuesOf(measure, convention, { a: times.a.layers, b: times.b.layers }),
    [measure, convention, times.a.layers, times.b.layers],
  )
  const layers = useMemo(() => (values ? layerRows(rows, values) : []), [rows, values])
  const sections = useMemo(() => (values ? sectionRows(t, comparison, rows, values) : []), [t, comparison, rows, values])
  const list = useMemo(() => (shown === 'all' ? layers : layers.filter(isDifferent)), [layers, shown])
  const counts = useMemo(
    () => ({ both: rows.filter((r) => r.a && r.b).length, onlyA: rows.filter((r) => !r.b).length, onlyB: rows.filter((r) => !r.a).length }),
    [rows],
  )
  const stageData = useMemo(() => differenceTable(t, measure, sections), [t, measure, sections])
  const layerData = useMemo(() => differenceTable(t, measure, list), [t, measure, list])
  const rangeText = String(range)
  const ownKey = own?.comparison === comparison && own.range === rangeText ? own.key : null
  const selected = useMemo(() => (ownKey === null ? keysIn(list, range) : [ownKey]), [list, range, ownKey])
  const select = (row: DifferenceRow) => {
    if (row.node !== null) {
      setOwn(null)
      selectNode(row.node)
    } else setOwn({ comparison, key: row.key, range: rangeText })
  }
  const measureName = t(`compare.measure.${measure}`)
  return (
    <>
      <div className="compare-head">
        <h2>{t('compare.stages')}</h2>
        <Segmented
          label={t('strip.measure')}
          value={measure}
          options={COMPARE_MEASURES.map((value) => ({ value, label: value === 'ms' ? t('costs.ms') : t(`strip.${value}`) }))}
          onChange={setMeasure}
        />
      </div>
      {values ? (
        <>
          <Figure id="compare-stages" title={`${t('compare.stages')}: ${measureName}`} table={stageData} tableShown>
            <DifferenceTable
              caption={t('compare.stages')}
              heads={[t('compare.stage.a'), t('compare.stage.b')]}
              rows={sections}
              measure={measure}
              selected={sections.filter((_, i) => range !== null && String(spans[i]) === rangeText).map((r) => r.key)}
              onSelect={(row) => {
                const span = spans[Number(row.key)]
                if (span) selectRange(...span)
              }}
            />
          </Figure>
          <div className="compare-head">
            <h2>{t('compare.layers')}</h2>
            <p className="quiet small" role="status">
              {t('compare.counts', counts)}
            </p>
            <span className="grow" />
            <Segmented
              label={t('compare.shown')}
              value={shown}
              options={SHOWN.map((value) => ({ value, label: t(`compare.shown.${value}`) }))}
              onChange={setShown}
            />
          </div>
          {list.length === 0 ? (
            <p className="compare-none quiet">{t('compare.none')}</p>
          ) : (
            <Figure id="compare-layers" title={`${t('compare.layers')}: ${measureName}`} table={layerData} tableShown>
              <DifferenceTable
                caption={t('compare.layers')}
                heads={[t('compare.layer.a'), t('compare.layer.b')]}
                withDetail
                rows={list}
                measure={measure}
                selected={selected}
                onSelect={select}
                onOpen={(row) => {
                  const item = comparison.a.layers.find((l) => l.name === row.node)?.item
                  if (item) enter(item)
                }}
              />
            </Figure>
          )}
        </>
      ) : (
        <p className="compare-none quiet">
          {comparison.side.trace?.steps === 0
            ? t('compare.layerless')
            : t('compare.untimed', { button: t(comparison.side.trace ? 'compare.time.a' : 'compare.time.both') })}
        </p>
      )}
    </>
  )
}

function isDifferent({ a, b, values }: DifferenceRow): boolean {
  return a === null || b === null || differenceOf(values) !== 0
}

/** Keys of the rows from the first to the last whose layer of side a lies in the range. */
function keysIn(rows: readonly DifferenceRow[], range: readonly [number, number] | null): string[] {
  if (!range) return []
  const inside = rows.map(({ index }) => index !== null && index >= range[0] && index <= range[1])
  const first = inside.indexOf(true)
  return first < 0 ? [] : rows.slice(first, inside.lastIndexOf(true) + 1).map((r) => r.key)
}
