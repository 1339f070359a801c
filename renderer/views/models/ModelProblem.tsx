/** What opening a model is doing, or why it did not work; the model before stays open under it. */
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { taskShare, taskText } from '../taskText.ts'

export function ModelProblem() {
  const t = useText()
  const task = useStore((s) => s.modelTask)
  const error = useStore((s) => s.modelError)
  const dismiss = useStore((s) => s.dismissModelError)
  const choose = useStore((s) => s.setDialog)
  return (
    <>
      {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
      {error && (
        <ErrorNote
          error={error}
          dismiss={t('app.dismiss')}
          onDismiss={dismiss}
          actions={
            <button type="button" className="button is-small" onClick={() => choose('models')}>
              {t('model.change')}
            </button>
          }
        />
      )}
    </>
  )
}
