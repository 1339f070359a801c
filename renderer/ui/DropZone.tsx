/** Takes files dropped anywhere in the window, or pasted, and says where they would go while they hover. */
import { useEffect } from 'react'

export interface DropZoneProps {
  readonly title: string
  readonly hint: string
  readonly active: boolean
  readonly onActive: (active: boolean) => void
  /** All that were dropped or pasted together, at least one. */
  readonly onFiles: (files: readonly File[]) => void
}

export function DropZone({ title, hint, active, onActive, onFiles }: DropZoneProps) {
  useEffect(() => {
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      depth++
      onActive(true)
    }
    const over = (event: DragEvent) => hasFiles(event) && event.preventDefault()
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) onActive(false)
    }
    const take = (event: Event, files: FileList | undefined) => {
      if (!files?.length) return
      event.preventDefault()
      onFiles([...files])
    }
    const drop = (event: DragEvent) => {
      depth = 0
      onActive(false)
      take(event, event.dataTransfer?.files)
    }
    const paste = (event: ClipboardEvent) => {
      take(event, event.clipboardData?.files)
    }
    addEventListener('dragenter', enter)
    addEventListener('dragover', over)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    addEventListener('paste', paste)
    return () => {
      removeEventListener('dragenter', enter)
      removeEventListener('dragover', over)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
      removeEventListener('paste', paste)
    }
  }, [onActive, onFiles])
  if (!active) return null
  return (
    <div className="drop-zone" aria-hidden="true">
      <div>
        <strong>{title}</strong>
        <span>{hint}</span>
      </div>
    </div>
  )
}
