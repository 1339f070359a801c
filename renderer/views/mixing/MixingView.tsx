/** The mixing meter: the opened model's own curves, and the paper's networks with 1 to 8 groups side by side. */
import { useEffect, useMemo } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { MIXING_SCALES, type MixingView as Mixing } from '../../workers/contract/index.ts'
import { taskShare, taskText } from '../taskText.ts'
import { allAfter, massPanel, pointsOf, sayText, seenPanel, stageName, unitsText } from './mixingData.ts'
import { mixingTable } from './mixingTable.ts'
import { Panel } from './Panel.tsx'
import { PhotoMixing } from './PhotoMixing.tsx'

export default function MixingView() {
  const handle = useStore((s) => s.handle)
  const mixing = useStore((s) => (s.mixing?.handle === s.handle ? s.mixing?.view : undefined))
  const task = useStore((s) => s.mixingTask)
  const error = useStore((s) => s.mixingError)
  const load = useStore((s) => s.loadMixing)
  const t = useText()
  useEffect(() => void load(), [load, handle])
  return (
    <div className="mixing">
      <div className="mixing-own">
        {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
        {error && !task && <ErrorNote error={error} />}
        {mixing && (mixing.stages.length > 0 ? <Own view={mixing} /> : <p className="quiet">{t('mixing.none')}</p>)}
      </div>
      <Family />
    </div>
  )
}

function Own({ view }: { readonly view: Mixing }) {
  const t = useText()
  const selected = useStore((s) => s.selection.item)
  const selectItem = useStore((s) => s.selectItem)
  const points = useMemo(() => pointsOf(view), [view])
  const labels = useMemo(() => view.stages.map((s, i) => stageName(t, s, i)), [t, view])
  const table = useMemo(() => mixingTable(t, view), [t, view])
  const mass = useMemo(() => massPanel(view, labels), [view, labels])
  const find = (own: typeof points) => {
    const index = own.findIndex((p) => p.point.item === selected)
    return index < 0 ? null : index
  }
  return (
    <>
      <p className="mixing-says">{sayText(t, view)}</p>
      <div className="mixing-three">
        <Figure id="mixing" title={`${t('mixing.own')}: ${view.title}`} table={table}>
          <Panel
            title={t('mixing.own')}
            hint={t('mixing.own.hint')}
            label={t('mixing.chart', { title: view.title })}
            panel={seenPanel(view, labels)}
            points={points}
            of="seen"
            selected={find(points)}
            onSelect={({ point }) => selectItem(point.item)}
          />
        </Figure>
        {mass ? (
          <Figure id="weights" title={`${t('mixing.mass')}: ${view.title}`} table={table} tableShown>
            <Panel
              title={t('mixing.mass')}
              hint={t('mixing.mass.hint')}
              label={t('mixing.chart.mass', { title: view.title })}
              panel={mass.panel}
              points={mass.points}
              of="mass"
              selected={find(mass.points)}
              onSelect={({ point }) => selectItem(point.item)}
            />
          </Figure>
        ) : (
          <section className="mixing-panel">
            <h3>{t('mixing.mass')}</h3>
            <p className="quiet">{t('mixing.mass.none')}</p>
          </section>
        )}
        <PhotoMixing meter={view} labels={labels} />
      </div>
    </>
  )
}

function Family() {
  const t = useText()
  const scale = useStore((s) => s.familyScale)
  const views = useStore((s) => s.families[s.familyScale])
  const task = useStore((s) => s.familyTask)
  const error = useStore((s) => s.familyError)
  const load = useStore((s) => s.loadFamily)
  useEffect(() => void load(scale), [load])
  return (
    <section className="mixing-family" aria-label={t('mixing.family')}>
      <div className="mixing-head">
        <h2 title={t('mixing.family.hint')}>
          <span className="term">{t('mixing.family')}</span>
        </h2>
        <Legend />
        {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
        <span className="grow" />
        <Segmented
          label={t('mixing.scale')}
          labelShown
          value={scale}
          options={MIXING_SCALES.map((value) => ({ value, label: value }))}
          onChange={(value) => void load(value)}
        />
      </div>
      {error && !task && <ErrorNote error={error} />}
      <div className="mixing-multiples">
        {views?.map((view) => {
          const groups = Math.max(...view.stages.map((s) => s.groups))
          const after = allAfter(view)
          return (
            <div key={view.title} className="mixing-multiple">
              <Figure
                id={`mixing-g${groups}-${scale}`}
                title={`${t('mixing.groups', { n: groups })}, ${scale}`}
                caption={view.title}
                table={mixingTable(t, view)}
              >
                <Panel
                  title={t('mixing.groups', { n: groups })}
                  note={after === null ? t('mixing.never') : t('mixing.all', { units: unitsText(t, after) })}
                  label={t('mixing.chart', { title: view.title })}
                  panel={seenPanel(
                    view,
                    view.stages.map((s, i) => stageName(t, s, i).replace(/^\D+/, '')),
                  )}
                  points={pointsOf(view)}
                  of="seen"
                />
              </Figure>
            </div>
          )
        })}
      </div>
    </section>
  )
}

function Legend() {
  const t = useText()
  return (
    <p className="mixing-legend quiet small" aria-hidden="true">
      <svg className="mixing-key is-on" aria-hidden="true" width={24} height={8}>
        <path className="mixing-line" d="M0 4H24" />
      </svg>
      {t('mixing.on')}
      <svg className="mixing-key is-off" aria-hidden="true" width={24} height={8}>
        <path className="mixing-line" d="M0 4H24" />
      </svg>
      {t('mixing.off')}
    </p>
  )
}
