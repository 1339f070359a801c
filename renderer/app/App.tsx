/** The window: top bar, screens on the left, canvas, inspector, and the dock with strip and photo. */
import { useStore, useText } from '../store/context.ts'
import { DropZone } from '../ui/DropZone.tsx'
import { ErrorNote } from '../ui/ErrorNote.tsx'
import { Dock } from '../views/dock/Dock.tsx'
import { ExploreView } from '../views/explore/ExploreView.tsx'
import { Inspector } from '../views/inspector/Inspector.tsx'
import { ModelProblem } from '../views/models/ModelProblem.tsx'
import { Notice } from '../views/topbar/Notice.tsx'
import { Rail } from '../views/topbar/Rail.tsx'
import { TopBar } from '../views/topbar/TopBar.tsx'
import { WorkspaceNote } from '../views/workspace/WorkspaceNote.tsx'
import { Guarded } from './Guarded.tsx'
import { CompareView, CompressView, CostsView, DevicesView, KeyMap, ModelPicker, Palette, PhotoView, Questions } from './lazyViews.ts'

export function App() {
  const t = useText()
  const screen = useStore((s) => s.screen)
  const dialog = useStore((s) => s.dialog)
  const dropping = useStore((s) => s.dropping)
  const setDropping = useStore((s) => s.setDropping)
  const takeFiles = useStore((s) => s.takeFiles)
  const asked = useStore((s) => s.deviceQuestions.length > 0)
  const hostError = useStore((s) => s.hostError)
  return (
    <div className="app">
      <button type="button" className="skip" onClick={() => document.getElementById('canvas')?.focus()}>
        {t('app.skip')}
      </button>
      <TopBar />
      <Rail />
      <main className="canvas" id="canvas" tabIndex={-1}>
        {hostError && <ErrorNote error={hostError} />}
        <ModelProblem />
        <WorkspaceNote />
        <Guarded subject={screen}>
          {screen === 'explore' ? (
            <ExploreView />
          ) : screen === 'photo' ? (
            <PhotoView />
          ) : screen === 'compare' ? (
            <CompareView />
          ) : screen === 'compress' ? (
            <CompressView />
          ) : screen === 'devices' ? (
            <DevicesView />
          ) : (
            <CostsView />
          )}
        </Guarded>
      </main>
      <Guarded subject="inspector">
        <Inspector />
      </Guarded>
      <Guarded subject="dock">
        <Dock />
      </Guarded>
      <Guarded subject={dialog ?? ''}>
        {dialog === 'models' && <ModelPicker />}
        {dialog === 'keys' && <KeyMap />}
        {dialog === 'palette' && <Palette />}
      </Guarded>
      <Guarded subject="questions">{asked && <Questions />}</Guarded>
      <Notice />
      <DropZone
        title={t('app.drop')}
        hint={t(screen === 'compress' ? 'compress.drop' : 'app.drop.hint')}
        active={dropping}
        onActive={setDropping}
        onFiles={(files) => void takeFiles(files)}
      />
    </div>
  )
}
