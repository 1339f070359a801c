/** Differences by stage and by layer, in one measure, linked to the one selection. */
import { useMemo, useState } from 'react'
import { differenceOf } from '../../charts/compare/layout.ts'
import type { Comparison } from '../../store/compareSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { selectedLayer } from '../../store/selectors.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { COMPARE_MEASURES, type CompareMeasure, type DifferenceRow, layerRows, rowsOf, sectionRows, valuesOf } from './compareData.ts'
import { DifferenceTable } from './DifferenceTable.tsx'
import { useTimes } from './times.ts'

const SHOWN = ['all', 'different'] as const

export function Differences({ comparison }: { readonly comparison: Comparison }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const selected = useStore((s) => selectedLayer(s)?.name ?? null)
  const selectNode = useStore((s) => s.selectNode)
  const enter = useStore((s) => s.enter)
  const up = useStore((s) => s.up)
  const [measure, setMeasure] = useState<CompareMeasure>('macs')
  const [shown, setShown] = useState<(typeof SHOWN)[number]>('all')
  /** A row that only side b has: there is no node to select. */
  const [own, setOwn] = useState<{ readonly comparison: Comparison; readonly key: string } | null>(null)
  const times = useTimes(comparison)
  const rows = useMemo(() => rowsOf(comparison), [comparison])
  const values = useMemo(
    () => valuesOf(measure, convention, { a: times.a.layers, b: times.b.layers }),
    [measure, convention, times.a.layers, times.b.layers],
  )
  const layers = useMemo(() => (values ? layerRows(rows, values) : []), [rows, values])
  const sections = useMemo(() => (values ? sectionRows(t, comparison, rows, values) : []), [t, comparison, rows, values])
  const list = useMemo(
    () => (shown === 'all' ? layers : layers.filter((r) => r.a === null || r.b === null || differenceOf(r.values) !== 0)),
    [layers, shown],
  )
  const counts = useMemo(
    () => ({
      both: rows.filter((r) => r.a && r.b).length,
      onlyA: rows.filter((r) => !r.b).length,
      onlyB: rows.filter((r) => !r.a).length,
    }),
    [rows],
  )
  const ownKey = own?.comparison === comparison && selected === null ? own.key : null
  const selectedKey = ownKey ?? (selected === null ? null : (layers.find((r) => r.node === selected)?.key ?? null))
  const select = (row: DifferenceRow) => {
    if (row.node !== null) selectNode(row.node)
    else {
      if (selected !== null) up()
      setOwn({ comparison, key: row.key })
    }
  }
  return (
    <>
      <div className="compare-head">
        <h2>{t('compare.stages')}</h2>
        <Segmented
          label={t('strip.measure')}
          value={measure}
          options={COMPARE_MEASURES.map((value) => ({ value, label: t(`strip.${value === 'ms' ? 'ms' : value}`) }))}
          onChange={setMeasure}
        />
      </div>
      {values ? (
        <>
          <DifferenceTable
            caption={t('compare.stages')}
            heads={['A', 'B']}
            rows={sections}
            measure={measure}
            selected={null}
            onSelect={() => undefined}
          />
          <div className="compare-head">
            <h2>{t('compare.layers')}</h2>
            <p className="quiet small">{t('compare.counts', counts)}</p>
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
            <DifferenceTable
              caption={t('compare.layers')}
              heads={[t('compare.layer.a'), t('compare.layer.b')]}
              withDetail
              rows={list}
              measure={measure}
              selected={selectedKey}
              onSelect={select}
              onOpen={(row) => {
                const item = comparison.a.layers.find((l) => l.name === row.node)?.item
                if (item) enter(item)
              }}
            />
          )}
        </>
      ) : (
        <p className="compare-none quiet">{t('compare.untimed')}</p>
      )}
    </>
  )
}
