/** What saving or opening a workspace is doing, or why it did not work; what was open before stays. */
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { taskShare, taskText } from '../taskText.ts'

export function WorkspaceNote() {
  const t = useText()
  const task = useStore((s) => s.workspaceTask)
  const error = useStore((s) => s.workspaceError)
  const wants = useStore((s) => s.workspaceWants)
  const dismiss = useStore((s) => s.dismissWorkspace)
  const ask = useStore((s) => s.askForFile)
  const open = useStore((s) => s.openWorkspace)
  const choose = async () => {
    const chosen = await ask('model')
    if (chosen && wants) await open(wants.file, wants.name, chosen.file)
  }
  return (
    <>
      {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
      {error && (
        <ErrorNote
          error={error}
          dismiss={t('app.dismiss')}
          onDismiss={dismiss}
          actions={
            wants && (
              <button type="button" className="button is-small" onClick={() => void choose()}>
                {t('workspace.choose', { name: wants.model })}
              </button>
            )
          }
        />
      )}
    </>
  )
}
