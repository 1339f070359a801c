/** How far every layer's output is from the original's, on the photo. */
import { useEffect, useMemo, useState } from 'react'
import { percent } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { LayerErrorsChart } from '../../charts/layerErrors/Chart.tsx'
import { variantOf } from '../../store/compressSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { sectionName } from '../explore/mapData.ts'
import { taskShare, taskText } from '../taskText.ts'
import { layerErrorsTable, layerText, variantName } from './compressData.ts'

export function LayerErrors() {
  const t = useText()
  const variant = useStore(variantOf)
  const photo = useStore((s) => s.photo)
  const handle = useStore((s) => s.handle)
  const network = useStore((s) => s.network)
  const list = useStore((s) => (s.layerErrors?.variant === variantOf(s) && s.layerErrors?.photo === s.photo?.file ? s.layerErrors?.list : null))
  const task = useStore((s) => s.layerErrorsTask ?? s.variantRunTask)
  const error = useStore((s) => s.layerErrorsError)
  const load = useStore((s) => s.loadVariantPhoto)
  const selected = useStore((s) => s.selection.node)
  const selectNode = useStore((s) => s.selectNode)
  const [ref, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<string | null>(null)
  const [walked, setWalked] = useState<string | null>(null)
  useEffect(() => void load(), [load, variant, photo, handle])
  const points = useMemo(() => (list ?? []).map(({ name, section, snr }) => ({ name, section, snr })), [list])
  const table = useMemo(() => layerErrorsTable(t, list ?? []), [t, list])
  const sections = useMemo(() => new Map(network?.sections.map((s) => [s.key, sectionName(t, s.key, s.label)])), [network, t])
  const describe = (name: string) => {
    const layer = list?.find((l) => l.name === name)
    return layer ? layerText(t, layer, percent) : ''
  }
  // One that the stage which is shown does not have can be looked at here, but not be selected elsewhere.
  const isElsewhere = walked !== null && !network?.layers.some((l) => l.name === walked)
  const own = isElsewhere ? walked : (list?.find((l) => l.name === selected)?.name ?? null)
  const choose = (name: string) => {
    setWalked(name)
    selectNode(name)
  }
  const said = hovered ?? own
  if (!variant) return null
  return (
    <section className="compress-errors" aria-label={t('compress.errors')}>
      <div className="compress-head">
        <h3 title={t('compress.errors.hint')}>
          <span className="term">{t('compress.errors')}</span>
        </h3>
        <p className="quiet small ellipsis">{said === null ? variantName(t, variant.choice) : describe(said)}</p>
      </div>
      {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
      {error && !task && <ErrorNote error={error} />}
      {!photo ? (
        <p className="quiet">{t('compress.errors.noPhoto')}</p>
      ) : (
        <Figure id="layer-errors" title={t('compress.errors')} table={table} isReady={list !== null}>
          <div className="compress-errors-plot" ref={ref}>
            {size && list && (
              <LayerErrorsChart
                points={points}
                size={size}
                texts={{ label: t('compress.errors.chart', { n: list.length }), y: t('compress.errors.y') }}
                selected={own}
                hovered={hovered}
                sectionText={(key) => sections.get(key) ?? ''}
                describe={describe}
                onHover={setHovered}
                onSelect={choose}
              />
            )}
          </div>
        </Figure>
      )}
      {list?.some((l) => l.snr === null) && <p className="quiet small">{t('compress.errors.fewer')}</p>}
    </section>
  )
}
