/** The canvas: the map of the network, or the unit that it is zoomed into. */
import { lazy, Suspense } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { Loading } from '../Loading.tsx'
import { NetworkMap } from './NetworkMap.tsx'
import { Tabs } from './Tabs.tsx'

const MixingView = lazy(() => import('../mixing/MixingView.tsx'))
const UnitScreen = lazy(() => import('../unit/UnitScreen.tsx'))

export function ExploreView() {
  const t = useText()
  const focus = useStore((s) => s.focus)
  const tab = useStore((s) => s.exploreTab)
  const network = useStore((s) => s.network)
  const modelTask = useStore((s) => s.modelTask)
  if (!network) return modelTask ? null : <NoModel />
  if (focus === null)
    return (
      <div className="explore">
        {tab === 'map' ? (
          <NetworkMap />
        ) : (
          <>
            <div className="canvas-head">
              <Tabs />
              <h2>{t('mixing.title')}</h2>
            </div>
            <Suspense fallback={<Loading />}>
              <MixingView />
            </Suspense>
          </>
        )}
      </div>
    )
  return (
    <Suspense fallback={<Loading />}>
      <UnitScreen scope={focus} />
    </Suspense>
  )
}

function NoModel() {
  const t = useText()
  const idle = useStore((s) => s.entries !== null || s.hostError !== null)
  const setDialog = useStore((s) => s.setDialog)
  const chooseFile = useStore((s) => s.chooseFile)
  if (!idle) return null
  return (
    <div className="empty">
      <h2>{t('model.empty.what')}</h2>
      <p>{t('model.empty.hint')}</p>
      <div className="row">
        <button type="button" className="button is-primary" onClick={() => setDialog('models')}>
          {t('models.title')}
        </button>
        <button type="button" className="button" onClick={() => void chooseFile('model')}>
          {t('models.open')}
        </button>
      </div>
    </div>
  )
}
