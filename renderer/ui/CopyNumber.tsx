/** A number in words whose exact value a click copies, or Ctrl+C while it has the focus (app/copy.ts listens). */
import type { ReactNode } from 'react'

export interface CopyNumberProps {
  readonly value: number
  /** The exact value in words. */
  readonly title: string
  readonly className?: string
  readonly children: ReactNode
}

export function CopyNumber({ value, title, className = '', children }: CopyNumberProps) {
  return (
    <button type="button" className={`copy ${className}`} title={title} data-copy={String(value)}>
      {children}
    </button>
  )
}
