/** The paper's points, and the complexity of the network of the sliders among them; of its error nothing is said. */
import { useMemo, useState } from 'react'
import type { V1Cost } from '../../../engine/index.ts'
import { short } from '../../charts/kit/format.ts'
import { type Size, useSize } from '../../charts/kit/size.ts'
import { ScatterChart } from '../../charts/scatter/Chart.tsx'
import { FAMILIES, familySymbol, type ScatterLine, type ScatterMark } from '../../charts/scatter/layout.ts'
import { useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import { type PaperPoint, paperPoints } from './paper.ts'

const POINTS = paperPoints()
const MARKS = POINTS.map(({ key, family, mflops, error }) => ({ key, family, x: mflops, y: error }))
const TIP_WIDTH = 212
const TIP_HEIGHT = 58

export function PaperScatter({ after, before }: { readonly after: V1Cost; readonly before: V1Cost }) {
  const t = useText()
  const [ref, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<ScatterMark | null>(null)
  const own = after.total.convMacs
  const old = before.total.convMacs
  const lines = useMemo(() => {
    const label = (macs: number) => short(macs)
    const all: ScatterLine[] = [{ key: 'own', kind: 'own', x: own / 1e6, label: t('whatif.paper.own', { n: label(own) }) }]
    if (old !== own) all.push({ key: 'before', kind: 'before', x: old / 1e6, label: t('whatif.paper.before', { n: label(old) }) })
    return all
  }, [own, old, t])
  const data = useMemo(() => ({ points: MARKS, lines }), [lines])
  const point = POINTS.find((p) => p.key === hovered?.key)
  const tables = (p: PaperPoint) => t('whatif.paper.tables', { n: p.tables.join(', ') })
  const table = useMemo(
    () => ({
      columns: [
        { key: 'model', label: t('whatif.paper.model') },
        { key: 'family', label: t('export.family') },
        { key: 'complexity', label: t('export.complexity'), unit: 'MFLOPs' },
        { key: 'error', label: t('export.error'), unit: '%' },
        { key: 'source', label: t('whatif.paper.source') },
      ],
      rows: [
        ...POINTS.map((p) => [p.model, t(`whatif.family.${p.family}`), p.mflops, p.error, t('whatif.paper.tables', { n: p.tables.join(', ') })]),
        ...lines.map((l) => [l.label, null, l.x, null, null]),
      ],
    }),
    [t, lines],
  )
  const describe = (key: string) => {
    const p = POINTS.find((one) => one.key === key)
    return p ? t('whatif.paper.point', { model: p.model, mflops: p.mflops, error: p.error, tables: tables(p) }) : ''
  }
  return (
    <section className="whatif-paper" aria-label={t('whatif.paper')}>
      <div className="whatif-head">
        <h2>{t('whatif.paper')}</h2>
        <p className="quiet small">{t('whatif.paper.how')}</p>
      </div>
      <Figure id="paper" title={t('whatif.paper')} table={table}>
        <ul className="plot-legend small">
          {FAMILIES.map((family) => (
            <li key={family}>
              <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">
                <g className={`scatter-mark is-${family}`}>
                  <path d={familySymbol(family)} />
                </g>
              </svg>
              {t(`whatif.family.${family}`)}
            </li>
          ))}
        </ul>
        <div className="whatif-scatter" ref={ref}>
          {size && (
            <ScatterChart
              data={data}
              size={size}
              texts={{ label: t('whatif.paper.chart', { n: POINTS.length, macs: short(own) }), x: t('whatif.paper.x'), y: t('whatif.paper.y') }}
              hovered={hovered?.key ?? null}
              describe={describe}
              onHover={setHovered}
            />
          )}
          {size && hovered && point && (
            <div className="roofline-tip small" style={tipPlace(hovered, size)} aria-hidden="true">
              <p className="ellipsis">{point.model}</p>
              <p className="num">{t('whatif.paper.values', { mflops: point.mflops, error: point.error })}</p>
              <p className="quiet">{tables(point)}</p>
            </div>
          )}
        </div>
      </Figure>
    </section>
  )
}

function tipPlace({ x, y }: ScatterMark, size: Size) {
  return {
    left: x > size.width / 2 ? x - 12 - TIP_WIDTH : x + 12,
    top: Math.min(Math.max(y - TIP_HEIGHT / 2, 0), Math.max(size.height - TIP_HEIGHT, 0)),
    width: TIP_WIDTH,
  }
}
