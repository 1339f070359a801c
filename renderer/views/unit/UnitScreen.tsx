/** A unit from inside: matrices of its group partitions, and the flow of its channels, with its shuffle on or off. */
import { useEffect, useMemo, useState } from 'react'
import { useSize } from '../../charts/kit/size.ts'
import { useTween } from '../../charts/kit/tween.ts'
import { UnitChart, type UnitChartWords } from '../../charts/unit/Chart.tsx'
import { reachOf } from '../../charts/unit/reach.ts'
import { useStore, useText } from '../../store/context.ts'
import type { ChannelRef } from '../../store/state.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import type { UnitFlow } from '../../workers/contract/index.ts'
import { Matrices } from './Matrices.tsx'
import { UnitHead } from './UnitHead.tsx'
import { matricesTable, unitTable } from './unitTables.ts'

export default function UnitScreen({ scope }: { readonly scope: string }) {
  const t = useText()
  const view = useStore((s) => s.unit)
  const error = useStore((s) => s.unitError)
  const shuffleOn = useStore((s) => s.shuffleOn)
  const selectedOp = useStore((s) => s.selection.node)
  const picked = useStore((s) => s.selection.channel)
  const selectChannel = useStore((s) => s.selectChannel)
  const selectNode = useStore((s) => s.selectNode)
  const up = useStore((s) => s.up)
  const amount = useTween(shuffleOn ? 1 : 0)
  const [hovered, setHovered] = useState<ChannelRef | null>(null)
  const [ref, size] = useSize<HTMLDivElement>()
  const words = useMemo<UnitChartWords>(
    () => ({
      chart: t('unit.chart', { name: scope }),
      bar: (name, n) => t('unit.bar', { name, n }),
      channel: (n, total) => t('unit.channel', { n, total }),
    }),
    [t, scope],
  )
  // Another unit or stage has other tensors: a hover on the old ones means nothing there.
  useEffect(() => {
    if (view) setHovered(null)
  }, [view])
  const lit = hovered ?? picked
  const flow = view && (shuffleOn ? view.on : view.off)
  const tables = useMemo(() => flow && { matrices: matricesTable(t, flow), flow: unitTable(t, flow) }, [t, flow])
  return (
    <section className="unit" aria-label={t('unit.title', { name: scope })}>
      <UnitHead scope={scope} hasShuffle={view?.hasShuffle ?? false} />
      {error && <ErrorNote error={error} dismiss={t('explore.back')} onDismiss={up} />}
      {!view && !error && <Busy label={t('unit.loading')} cancel={t('app.cancel')} onCancel={up} />}
      {view && flow && tables && (
        <>
          <Figure id={`groups-${scope}`} title={`${t('unit.groups')}: ${scope}`} table={tables.matrices}>
            <Matrices flow={flow} lit={lit} onHover={setHovered} />
          </Figure>
          <Figure id={`unit-${scope}`} title={t('unit.title', { name: scope })} caption={t('unit.table')} table={tables.flow}>
            <div className="unit-flow" ref={ref}>
              {size && (
                <UnitChart
                  view={view}
                  size={size}
                  amount={amount}
                  lit={lit}
                  selected={selectedOp}
                  words={words}
                  onHover={setHovered}
                  onPick={selectChannel}
                  onSelectOp={selectNode}
                />
              )}
            </div>
          </Figure>
          <p className="unit-foot" aria-live="polite">
            {lit ? <ReachText flow={flow} lit={lit} /> : <span className="quiet">{t('unit.hint')}</span>}
          </p>
        </>
      )}
    </section>
  )
}

function ReachText({ flow, lit }: { readonly flow: UnitFlow; readonly lit: ChannelRef }) {
  const t = useText()
  const text = useMemo(() => {
    const reach = reachOf(flow, lit.tensor, lit.channel)
    const count = (ids: readonly number[]) => ids.reduce((sum, id) => sum + (reach.get(id)?.reduce((a, b) => a + b, 0) ?? 0), 0)
    const all = (ids: readonly number[]) => ids.reduce((sum, id) => sum + (reach.get(id)?.length ?? 0), 0)
    return t('unit.reach', {
      n: lit.channel,
      tensor: flow.tensors.find((x) => x.id === lit.tensor)?.name ?? '',
      from: count(flow.inputs),
      fromAll: all(flow.inputs),
      to: count(flow.outputs),
      toAll: all(flow.outputs),
    })
  }, [t, flow, lit])
  return <span>{text}</span>
}
