/** A part of the window that may be loaded later: its failure is told in its place, with a way to load it again. */
import { type ReactNode, Suspense } from 'react'
import { useText } from '../store/context.ts'
import { fieldsOf } from '../store/tasks.ts'
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx'
import { ErrorNote } from '../ui/ErrorNote.tsx'
import { Loading } from '../views/Loading.tsx'

export function Guarded({ subject, children }: { readonly subject: string; readonly children: ReactNode }) {
  const t = useText()
  return (
    <ErrorBoundary
      subject={subject}
      render={(error) => (
        <ErrorNote
          error={fieldsOf(error)}
          actions={
            <button type="button" className="button is-small" onClick={() => location.reload()}>
              {t('app.reload')}
            </button>
          }
        />
      )}
    >
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </ErrorBoundary>
  )
}
