/** Work under way: says what it is, how far it is, and can be cancelled. Shows itself only after 300 ms. */
import { useEffect, useState } from 'react'

const PATIENCE_MS = 300

export interface BusyProps {
  readonly label: string
  /** 0..1; undefined where it cannot be known. */
  readonly share?: number | undefined
  readonly cancel: string
  readonly onCancel?: () => void
}

export function Busy({ label, share, cancel, onCancel }: BusyProps) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!shown) return null
  return (
    <div className="busy" role="status">
      <span className="busy-label">{label}</span>
      <progress max={1} value={share} aria-label={label} />
      {onCancel && (
        <button type="button" className="button is-small" onClick={onCancel}>
          {cancel}
        </button>
      )}
    </div>
  )
}
