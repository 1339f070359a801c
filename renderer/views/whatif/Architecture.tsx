/** The network that the sliders describe, drawn in small, and the way to open it. */
import { useMemo } from 'react'
import { customV1Id, type V1Cost } from '../../../engine/index.ts'
import { ArchitectureChart } from '../../charts/architecture/Chart.tsx'
import { useSize } from '../../charts/kit/size.ts'
import { useStore, useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import { sectionName } from '../explore/mapData.ts'
import { stagesOf } from './data.ts'

export function Architecture({ cost: { shape } }: { readonly cost: V1Cost }) {
  const t = useText()
  const [ref, size] = useSize<HTMLDivElement>()
  const isOpening = useStore((s) => s.modelTask !== null)
  const open = useStore((s) => s.openWhatIf)
  const stages = useMemo(
    () =>
      stagesOf(shape).map((s) => ({
        ...s,
        label: sectionName(t, s.key, t('whatif.stage.n', { n: s.key.slice(-1) })),
        detail: `${s.channels} × ${s.height} × ${s.width}`,
      })),
    [shape, t],
  )
  const table = useMemo(
    () => ({
      columns: [
        { key: 'stage', label: t('whatif.stage') },
        { key: 'units', label: t('inspector.units') },
        { key: 'channels', label: t('whatif.channels') },
        { key: 'height', label: t('whatif.height') },
        { key: 'width', label: t('whatif.width') },
        { key: 'groups', label: t('whatif.groups') },
        { key: 'shuffle', label: t('whatif.shuffle'), text: (yes: unknown) => t(yes ? 'lens.yes' : 'lens.no') },
      ],
      rows: stages.map((s) => [s.label, s.units, s.channels, s.height, s.width, s.groups, s.shuffle]),
    }),
    [t, stages],
  )
  return (
    <section className="whatif-network" aria-label={t('whatif.network')}>
      <div className="whatif-head">
        <h2>{t('whatif.network')}</h2>
        <p className="quiet small">{t('whatif.network.how')}</p>
        <span className="grow" />
        <button type="button" className="button is-small" disabled={isOpening} onClick={() => void open(customV1Id(shape))}>
          {t('whatif.open')}
        </button>
      </div>
      <Figure id="architecture" title={t('whatif.network')} table={table}>
        <div ref={ref}>
          {size && (
            <ArchitectureChart
              stages={stages}
              width={size.width}
              label={t('whatif.network.chart', {
                stages: stages.map((s) => `${s.label}: ${s.units} × ${s.channels}`).join(', '),
                groups: shape.groups,
              })}
              describe={(stage, unit) =>
                t('whatif.unit', {
                  stage: stage.label,
                  unit,
                  channels: stage.channels,
                  groups: stage.groups,
                  shuffle: t(stage.shuffle ? 'whatif.shuffled' : 'whatif.unshuffled'),
                })
              }
            />
          )}
        </div>
      </Figure>
    </section>
  )
}
