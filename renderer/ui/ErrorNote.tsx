/** An error where it happened: what, why, what to do; and a way to be rid of it. */
import type { ErrorFields } from '../../engine/index.ts'

export interface ErrorNoteProps {
  readonly error: ErrorFields
  /** Label of the button that closes it; without one it stays. */
  readonly dismiss?: string
  readonly onDismiss?: () => void
  readonly actions?: React.ReactNode
}

export function ErrorNote({ error, dismiss, onDismiss, actions }: ErrorNoteProps) {
  return (
    <div className="error-note" role="alert">
      <p>
        <strong>{error.what}</strong>: {error.why}.
      </p>
      <p className="error-hint">{error.hint}.</p>
      {(actions || onDismiss) && (
        <div className="row">
          {actions}
          {onDismiss && (
            <button type="button" className="button is-small" onClick={onDismiss}>
              {dismiss}
            </button>
          )}
        </div>
      )}
    </div>
  )
}
