/** Which rows of a long list are in sight of the pane that scrolls it. */
import { useCallback, useRef, useState } from 'react'

export const ROW_HEIGHT = 24

/** Rows drawn beyond the edges, and the step in which the window moves: scrolling within it draws nothing anew. */
const STEP = 16
/** As many rows are drawn whole: then a picture of the table has them all. */
const FEW = 320

export interface RowWindow {
  readonly ref: (element: HTMLElement | null) => (() => void) | undefined
  readonly from: number
  readonly to: number
  /** Scrolls a row into sight, where it is not. */
  readonly show: (row: number) => void
}

/** `head`: pixels above the first row that stay in sight. */
export function useWindow(count: number, head: number): RowWindow {
  const [[first, last], setWindow] = useState<readonly [number, number]>([0, 3 * STEP])
  const list = useRef<HTMLElement | null>(null)

  const ref = useCallback((element: HTMLElement | null) => {
    list.current = element
    const pane = element && paneOf(element)
    if (!element || !pane) return undefined
    const measure = () => {
      const above = pane.getBoundingClientRect().top - element.getBoundingClientRect().top
      const from = Math.max(0, Math.floor(above / ROW_HEIGHT / STEP) - 1) * STEP
      const to = Math.max(0, Math.ceil((above + pane.clientHeight) / ROW_HEIGHT / STEP) + 1) * STEP
      setWindow((old) => (old[0] === from && old[1] === to ? old : [from, to]))
    }
    measure()
    pane.addEventListener('scroll', measure, { passive: true })
    const observer = new ResizeObserver(measure)
    observer.observe(pane)
    return () => {
      pane.removeEventListener('scroll', measure)
      observer.disconnect()
    }
  }, [])

  const show = useCallback(
    (row: number) => {
      const pane = list.current && paneOf(list.current)
      if (!list.current || !pane) return
      const top = list.current.getBoundingClientRect().top - pane.getBoundingClientRect().top + head + row * ROW_HEIGHT
      if (top < head) pane.scrollTop += top - head
      else if (top + ROW_HEIGHT > pane.clientHeight) pane.scrollTop += top + ROW_HEIGHT - pane.clientHeight
    },
    [head],
  )
  if (count <= FEW) return { ref, from: 0, to: count, show }
  return { ref, from: Math.min(first, count), to: Math.min(last, count), show }
}

function paneOf(element: HTMLElement): HTMLElement | null {
  return element.closest<HTMLElement>('.compare-scroll')
}
