/** Below table 3: the shuffle tested in small, apart from the paper's own numbers, and the pair of networks to look into. */
import { Fragment, useMemo } from 'react'
import { CLAIM_MODELS, CLAIM_MODELS_RUN, type ClaimRuns, claimReadings, SHUFFLE_CLAIM } from '../../../engine/index.ts'
import { exact, fixed } from '../../charts/kit/format.ts'
import { SeedAxis, SeedStrip } from '../../charts/seeds/Chart.tsx'
import { type SeedsLayout, seedsLayout } from '../../charts/seeds/layout.ts'
import { useStore, useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import { accuracyText, claimTable, readingText, readSize, rowKey, seedRows, shuffleText } from './claimData.ts'

const STRIP = { width: 200, height: 24 }
const AXIS = { width: STRIP.width, height: 18 }

export function ShuffleClaim() {
  const t = useText()
  const open = useStore((s) => s.openPaperModel)
  const compare = useStore((s) => s.comparePaperModels)
  const data = useMemo(() => claimTable(t, SHUFFLE_CLAIM), [t])
  const seeds = useMemo(() => seedsLayout(seedRows(SHUFFLE_CLAIM), STRIP), [])
  const [first] = SHUFFLE_CLAIM
  if (!first) return null
  const readings = SHUFFLE_CLAIM.map((set) => ({ set, read: claimReadings(set) })).filter(({ read }) => read.length > 0)
  const { scale, classes, trainingPhotos, validationPhotos, sizes } = first
  const size = readSize(first)
  return (
    <section className="claim" aria-label={t('claim.title')}>
      <h3>{t('claim.title')}</h3>
      <p className="claim-text">{t('claim.what', { scale, classes, size, trained: exact(trainingPhotos), measured: exact(validationPhotos) })}</p>
      <Figure id="shuffle-claim" title={t('claim.title')} table={data} tableShown>
        <table className="claim-table">
          <thead>
            <tr>
              <th scope="col" className="num">
                {t('claim.groups')}
              </th>
              <th scope="col">{t('claim.shuffle')}</th>
              <th scope="col" className="num">
                {t('claim.seeds')}
              </th>
              <th scope="col" className="num is-wide">
                {t('costs.params')}
              </th>
              {sizes.map((s) => (
                <th key={s} scope="col" className="num">
                  {t('claim.top1')}
                  <span className="paper-size">{t('claim.size', { size: s })}</span>
                </th>
              ))}
              <th scope="col" className="claim-seeds">
                {t('claim.each', { size })}
                <SeedAxis ticks={seeds.ticks} size={AXIS} />
              </th>
              <td className="claim-rest" />
            </tr>
          </thead>
          {SHUFFLE_CLAIM.map((set) => (
            <Rows key={set.runs} set={set} sizes={sizes} seeds={seeds} />
          ))}
        </table>
      </Figure>
      <div className="claim-text">
        <h4>{t('claim.reads')}</h4>
        <dl className="claim-reads">
          {readings.map(({ set, read }) => (
            <Fragment key={set.runs}>
              <dt>{t('claim.epochs', { n: set.epochs })}</dt>
              {read.map((reading) => (
                <dd key={reading.groups}>{readingText(t, reading)}</dd>
              ))}
            </Fragment>
          ))}
        </dl>
        <p className="quiet small">{t('claim.rule')}</p>
      </div>
      <div className="row claim-open">
        <button type="button" className="button is-small" onClick={() => void open(CLAIM_MODELS.with)}>
          {t('claim.open.with')}
        </button>
        <button type="button" className="button is-small" onClick={() => void open(CLAIM_MODELS.without)}>
          {t('claim.open.without')}
        </button>
        <button type="button" className="button is-small" onClick={() => void compare(CLAIM_MODELS.with, CLAIM_MODELS.without)}>
          {t('claim.compare')}
        </button>
        <span className="quiet small">{t('claim.open.what', CLAIM_MODELS_RUN)}</span>
      </div>
    </section>
  )
}

interface RowsProps {
  readonly set: ClaimRuns
  readonly sizes: readonly number[]
  readonly seeds: SeedsLayout
}

/** The networks of a set, under what sets it apart. */
function Rows({ set, sizes, seeds }: RowsProps) {
  const t = useText()
  return (
    <tbody>
      <tr className="claim-set">
        <th scope="rowgroup" colSpan={sizes.length + 6}>
          {t('claim.epochs', { n: set.epochs })}
        </th>
      </tr>
      {set.rows.map((row) => {
        const shapes = seeds.rows.find((r) => r.key === rowKey(set, row))
        const values = row.accuracy[readSize(set)]?.values ?? []
        return (
          <tr key={rowKey(set, row)}>
            <td className="num">{row.groups}</td>
            <td>{shuffleText(t, row)}</td>
            <td className="num">{row.seeds.length}</td>
            <td className="num is-wide">{exact(row.parameters)}</td>
            {sizes.map((s) => {
              const accuracy = row.accuracy[s]
              return (
                <td key={s} className="num" title={accuracy?.values.map((v) => fixed(v, 2)).join(', ')}>
                  {accuracy && accuracyText(accuracy)}
                </td>
              )
            })}
            <td className="claim-seeds">
              {shapes && (
                <SeedStrip
                  shapes={shapes}
                  ticks={seeds.ticks}
                  size={STRIP}
                  label={t('claim.each.values', { values: values.map((v) => fixed(v, 1)).join(', ') })}
                  isHollow={row.shuffle === false}
                />
              )}
            </td>
            <td className="claim-rest" />
          </tr>
        )
      })}
    </tbody>
  )
}
