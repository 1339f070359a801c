/** Export: every figure on the screen in four formats, and the report of the model. */
import { EXPORT_FORMATS } from '../../export/formats.ts'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { ExportIcon } from '../../ui/icons.tsx'
import { taskText } from '../taskText.ts'
import { useMenu } from './useMenu.ts'

export function ExportMenu() {
  const t = useText()
  const figures = useStore((s) => s.figures)
  const light = useStore((s) => s.exportLight)
  const exported = useStore((s) => s.exported)
  const error = useStore((s) => s.exportError)
  const setLight = useStore((s) => s.setExportLight)
  const exportFigure = useStore((s) => s.exportFigure)
  const model = useStore((s) => s.model)
  const task = useStore((s) => s.reportTask)
  const saveReport = useStore((s) => s.saveReport)
  const ref = useMenu()
  return (
    <details className="menu export-menu" ref={ref}>
      <summary className="button is-quiet" title={t('export.hint')}>
        <ExportIcon />
        <span>{t('export.menu')}</span>
      </summary>
      <div className="menu-body">
        <h2>{t('export.figures')}</h2>
        {figures.length === 0 ? (
          <p className="small quiet">{t('export.none')}</p>
        ) : (
          <ul className="export-list">
            {figures.map(({ id, title }) => (
              <li key={id}>
                <span className="ellipsis" title={title}>
                  {title}
                </span>
                <span className="export-formats">
                  {EXPORT_FORMATS.map((format) => (
                    <button
                      key={format}
                      type="button"
                      aria-label={t('export.as', { title, format: format.toUpperCase() })}
                      onClick={() => void exportFigure(id, format)}
                    >
                      {format.toUpperCase()}
                    </button>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        )}
        <label className="export-light small" title={t('export.light.hint')}>
          <input type="checkbox" checked={light} onChange={(event) => setLight(event.target.checked)} />
          {t('export.light')}
        </label>
        {model && (
          <div className="export-foot">
            {task ? (
              <Busy label={taskText(t, task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />
            ) : (
              <button type="button" className="button" title={t('export.report.hint')} onClick={() => void saveReport()}>
                {t('export.report')} <span className="quiet small">HTML</span>
              </button>
            )}
          </div>
        )}
        {error && <ErrorNote error={error} />}
        <p className="small quiet" role="status">
          {exported === null ? '' : t('export.saved', { name: exported })}
        </p>
      </div>
    </details>
  )
}
