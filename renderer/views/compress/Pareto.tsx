/** The variants as a picture: what each costs against how far it agrees with the original. */
import { useCallback, useMemo, useState } from 'react'
import { exact, milliseconds, percent, short } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { ParetoChart } from '../../charts/pareto/Chart.tsx'
import { kindSymbol, PARETO_KINDS, type ParetoMark } from '../../charts/pareto/layout.ts'
import { COMPRESS_AXES, COMPRESS_QUALITIES, variantOf } from '../../store/compressSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { countText, kib, pointsOf, type Row, variantsTable } from './compressData.ts'

const TIP_WIDTH = 220
const TIP_HEIGHT = 76

export function Pareto({ rows }: { readonly rows: readonly Row[] }) {
  const t = useText()
  const [ref, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<ParetoMark | null>(null)
  const axis = useStore((s) => s.compressAxis)
  const setAxis = useStore((s) => s.setCompressAxis)
  const convention = useStore((s) => s.convention)
  const selected = useStore((s) => variantOf(s)?.key ?? null)
  const show = useStore((s) => s.showVariant)
  const setQuality = useStore((s) => s.setCompressQuality)
  const hasKnown = rows.some((r) => r.accuracy)
  const wanted = useStore((s) => s.compressQuality)
  const quality = hasKnown ? wanted : 'agreement'
  const points = useMemo(() => pointsOf(rows, axis, quality, convention), [rows, axis, quality, convention])
  const table = useMemo(() => variantsTable(t, rows, convention), [t, rows, convention])
  const tickText = useCallback((x: number) => exact(Number(x.toPrecision(3))), [])
  const row = rows.find((r) => r.key === hovered?.key)
  const costs = ({ measured: { weighed, clock } }: Row) =>
    t('compress.point.costs', { kib: kib(weighed.bytes), macs: short(weighed.macs[convention]), ms: milliseconds(clock.p50) })
  const agrees = ({ agreement, accuracy }: Row) => {
    const counted = quality === 'accuracy' ? accuracy : agreement
    return counted ? t(`compress.point.${quality}`, { count: countText(t, counted), share: percent(counted.n / counted.of) }) : ''
  }
  const describe = (key: string) => {
    const found = rows.find((r) => r.key === key)
    return found ? `${found.name}: ${costs(found)}, ${agrees(found)}` : ''
  }
  if (points.length === 0) return <p className="quiet">{t('compress.pareto.none')}</p>
  return (
    <section className="compress-pareto" aria-label={t('compress.pareto')}>
      <div className="compress-head">
        <h3>{t('compress.pareto')}</h3>
        <ul className="plot-legend small" aria-hidden="true">
          {PARETO_KINDS.filter((kind) => rows.some((r) => r.kind === kind)).map((kind) => (
            <li key={kind}>
              <svg width="12" height="12" viewBox="-7 -7 14 14" aria-hidden="true">
                <g className={`pareto-mark is-${kind}`}>
                  <path d={kindSymbol(kind)} />
                </g>
              </svg>
              {t(`compress.kind.${kind}`)}
            </li>
          ))}
          <li title={t('compress.front.hint')}>
            <svg width="22" height="12" viewBox="-11 -6 22 12" aria-hidden="true">
              <path className="pareto-frontier" d="M-11 0H11" />
              <g className="pareto-mark is-best">
                <path d={kindSymbol('int8')} transform="scale(0.8)" />
              </g>
            </svg>
            <span className="term">{t('compress.front')}</span>
          </li>
        </ul>
        <span className="grow" />
        <div className="compress-axes">
          {hasKnown && (
            <Segmented
              label={t('compress.quality')}
              value={quality}
              options={COMPRESS_QUALITIES.map((value) => ({ value, label: t(`compress.${value}`), hint: t(`compress.${value}.hint`) }))}
              onChange={setQuality}
            />
          )}
          <Segmented
            label={t('compress.axis')}
            value={axis}
            options={COMPRESS_AXES.map((value) => ({ value, label: t(`compress.axis.${value}`) }))}
            onChange={setAxis}
          />
        </div>
      </div>
      <Figure id="variants" title={t('compress.pareto')} table={table} tableShown>
        <div className="compress-plot" ref={ref}>
          {size && (
            <ParetoChart
              points={points}
              size={size}
              texts={{
                label: t('compress.pareto.chart', { n: points.length, axis: t(`compress.axis.${axis}`), quality: t(`compress.y.${quality}`) }),
                x: t(`compress.x.${axis}`),
                y: t(`compress.y.${quality}`),
              }}
              tickText={tickText}
              selected={selected}
              hovered={hovered?.key ?? null}
              describe={describe}
              onHover={setHovered}
              onSelect={show}
            />
          )}
          {size && hovered && row && (
            <div
              className="roofline-tip small"
              aria-hidden="true"
              style={{
                left: hovered.x > size.width / 2 ? hovered.x - 14 - TIP_WIDTH : hovered.x + 14,
                top: Math.min(hovered.y + 14, Math.max(size.height - TIP_HEIGHT, 0)),
                width: TIP_WIDTH,
              }}
            >
              <p>
                <b>{row.name}</b>
              </p>
              <p className="num">{costs(row)}</p>
              <p className="num">{agrees(row)}</p>
            </div>
          )}
        </div>
      </Figure>
    </section>
  )
}
