/** The open model in figures, the stage to look at, and the menu. */
import { exact, shape, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { CopyNumber } from '../../ui/CopyNumber.tsx'
import { ChevronIcon } from '../../ui/icons.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { STAGES } from '../../workers/contract/index.ts'
import { CompareButton } from '../compare/CompareButton.tsx'
import { ExportMenu } from './ExportMenu.tsx'
import { Menu } from './Menu.tsx'

export function TopBar() {
  const t = useText()
  const model = useStore((s) => s.model)
  const network = useStore((s) => s.network)
  const convention = useStore((s) => s.convention)
  const stage = useStore((s) => s.stage)
  const setStage = useStore((s) => s.setStage)
  const setDialog = useStore((s) => s.setDialog)
  const macs = network?.totals[convention]
  return (
    <header className="topbar">
      <h1 className="topbar-model">
        <button type="button" className="button is-quiet" onClick={() => setDialog('models')} title={t('model.change')} aria-haspopup="dialog">
          <span className="topbar-name">{model?.title ?? t('model.none')}</span>
          <ChevronIcon />
        </button>
      </h1>
      {model && macs !== undefined && (
        <p className="topbar-facts">
          <CopyNumber value={model.params} title={t('model.exactParams', { n: exact(model.params) })}>
            {t('model.params', { n: short(model.params) })}
          </CopyNumber>
          <CopyNumber value={macs} title={t('model.exactMacs', { n: exact(macs), convention: t(`convention.${convention}`) })}>
            {t('model.macs', { n: short(macs, 4) })} <span className="quiet">{t(`convention.${convention}`)}</span>
          </CopyNumber>
          <span className="mono">{t('model.input', { shape: shape(model.inputShape) })}</span>
        </p>
      )}
      <div className="topbar-end">
        <Segmented
          label={t('stage.label')}
          value={stage}
          options={STAGES.map((s) => ({ value: s, label: t(`stage.${s}`), hint: t(`stage.${s}.hint`) }))}
          onChange={(s) => void setStage(s)}
        />
        <CompareButton />
        <ExportMenu />
        <Menu />
      </div>
    </header>
  )
}
