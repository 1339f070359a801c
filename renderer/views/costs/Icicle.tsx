/** Where the costs lie: the icicle of sections, units and ops, linked to the one selection. The layer table below is the table behind it. */
import { useEffect, useMemo, useState } from 'react'
import { IcicleChart } from '../../charts/icicle/Chart.tsx'
import { bytes, milliseconds, percent, short } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { useStore, useText } from '../../store/context.ts'
import { layerRates } from '../../store/selectors.ts'
import { Figure } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import type { NetworkView } from '../../workers/contract/index.ts'
import { sectionName } from '../explore/mapData.ts'
import { Bars } from './Bars.tsx'
import { icicleTable } from './figureTables.ts'
import { ICICLE_MEASURES, type IcicleMeasure, icicleTree, layersOf, layerValue, refOf, selectedCells, shufflesOf } from './icicleData.ts'

const PICTURES = ['icicle', 'bars'] as const

const TEXT: Readonly<Record<IcicleMeasure, (value: number) => string>> = { macs: (v) => short(v), params: (v) => short(v), bytes, ms: milliseconds }

export function Icicle({ network }: { readonly network: NetworkView }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const selection = useStore((s) => s.selection)
  const rates = useStore(layerRates)
  const selectNode = useStore((s) => s.selectNode)
  const selectItem = useStore((s) => s.selectItem)
  const selectRange = useStore((s) => s.selectRange)
  const enter = useStore((s) => s.enter)
  const [chosen, setMeasure] = useState<IcicleMeasure>('macs')
  const [hovered, setHovered] = useState<string | null>(null)
  const [words, setWords] = useState<string | null>(null)
  const picture = useStore((s) => s.costsPicture)
  const setPicture = useStore((s) => s.setCostsPicture)
  const [ref, size] = useSize<HTMLDivElement>()
  const measure = chosen === 'ms' && !rates ? 'macs' : chosen
  const tree = useMemo(() => icicleTree(t, network, measure, convention, rates), [t, network, measure, convention, rates])
  const data = useMemo(() => icicleTable(t, network, measure, convention, rates), [t, network, measure, convention, rates])
  const selected = useMemo(() => selectedCells(network, selection), [network, selection])
  const sum = (key: string) => layersOf(network, refOf(key)).reduce((all, l) => all + layerValue(l, measure, convention, rates), 0)
  const total = useMemo(
    () => network.layers.reduce((all, l) => all + layerValue(l, measure, convention, rates), 0),
    [network, measure, convention, rates],
  )
  const name = (key: string) => {
    const at = refOf(key)
    if (at.kind === 'layer') return at.name
    if (at.kind === 'item') return at.key
    const section = network.sections[at.at]
    return section ? sectionName(t, section.key, section.label) : ''
  }
  const describe = (key: string, value: number) =>
    t('icicle.cell', { name: name(key), value: TEXT[measure](value), share: total > 0 ? percent(value / total) : '–' })
  const select = (key: string) => {
    const at = refOf(key)
    if (at.kind === 'layer') return selectNode(at.name)
    if (at.kind === 'item') return selectItem(at.key)
    const layers = layersOf(network, at)
    const [first, last] = [layers[0], layers.at(-1)]
    if (first && last) selectRange(first.index, last.index)
  }
  const open = (key: string) => {
    const [layer] = layersOf(network, refOf(key))
    if (layer && refOf(key).kind !== 'section') enter(layer.item)
  }
  const shown = picture === 'bars' ? null : (hovered ?? selected.active)
  const measures = ICICLE_MEASURES.filter((m) => m !== 'ms' || rates)
  return (
    <section className="icicle" aria-label={t('icicle.title')}>
      <div className="icicle-head">
        <h2>{t('icicle.title')}</h2>
        <Segmented
          label={t('icicle.picture')}
          value={picture}
          options={PICTURES.map((value) => ({ value, label: t(`icicle.picture.${value}`), hint: t(`icicle.picture.${value}.hint`) }))}
          onChange={(next) => {
            setWords(null)
            setPicture(next)
          }}
        />
        <Segmented
          label={t('icicle.measure')}
          value={measure}
          options={measures.map((m) => ({ value: m, label: t(`strip.${m}`) }))}
          onChange={setMeasure}
        />
        <span className="small grow ellipsis num">{shown !== null ? describe(shown, sum(shown)) : (words ?? <Shuffles network={network} />)}</span>
        {picture === 'icicle' && (
          <p className="legend">
            <span className="num">0</span>
            <span className="legend-scale" />
            <span className="num">{TEXT[measure](Math.max(0, ...network.layers.map((l) => layerValue(l, measure, convention, rates))))}</span>
          </p>
        )}
      </div>
      {picture === 'bars' ? (
        <Bars network={network} measure={measure} text={TEXT[measure]} onHover={setWords} />
      ) : (
        <Figure id="costs" title={`${t('icicle.title')}: ${t(`strip.${measure}`)}`} table={data} tableShown>
          <div className="icicle-canvas" ref={ref}>
            {size && (
              <IcicleChart
                sections={tree}
                size={size}
                label={t('icicle.chart', { measure: t(`strip.${measure}`) })}
                selected={selected.keys}
                active={selected.active}
                describe={describe}
                onHover={setHovered}
                onSelect={select}
                onEnter={open}
              />
            )}
          </div>
        </Figure>
      )}
    </section>
  )
}

/** What the shuffles cost at this stage, and what is left of it once they are fused. */
function Shuffles({ network }: { readonly network: NetworkView }) {
  const t = useText()
  const fused = useStore((s) => (s.fusedShuffles?.handle === s.handle ? s.fusedShuffles : null))
  const load = useStore((s) => s.loadFusedShuffles)
  const handle = useStore((s) => s.handle)
  const { explicit, bytes: moved, inside } = shufflesOf(network)
  useEffect(() => {
    if (handle && explicit > 0) void load()
  }, [handle, explicit, load])
  return (
    <span className="quiet" title={t('icicle.shuffles.hint')}>
      {explicit > 0
        ? t(fused ? (fused.count === 0 ? 'icicle.shuffles.free' : 'icicle.shuffles.left') : 'icicle.shuffles', {
            n: explicit,
            bytes: bytes(moved),
            left: fused?.count ?? 0,
            leftBytes: bytes(fused?.bytes ?? 0),
          })
        : t(inside > 0 ? 'icicle.shuffles.inside' : 'icicle.hint', { n: inside })}
    </span>
  )
}
