/** The quiet line over the canvas that says what was just done; it goes by itself. */
import { useEffect } from 'react'
import { useStore } from '../../store/context.ts'

/** Long enough to be read. */
const SHOWN_MS = 4000

export function Notice() {
  const notice = useStore((s) => s.notice)
  const hush = useStore((s) => s.hush)
  useEffect(() => {
    if (!notice) return
    const timer = setTimeout(hush, SHOWN_MS)
    return () => clearTimeout(timer)
  }, [notice, hush])
  return (
    <div className="notice-line" role="status">
      {notice && <p>{notice.text}</p>}
    </div>
  )
}
