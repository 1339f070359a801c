/** The size of an element, followed as it changes. */
import { useCallback, useState } from 'react'

export interface Size {
  readonly width: number
  readonly height: number
}

/** A ref for the element, and its size once it is there; another element may take its place. */
export function useSize<E extends Element>(): [(element: E | null) => (() => void) | undefined, Size | undefined] {
  const [size, setSize] = useState<Size>()
  const ref = useCallback((element: E | null) => {
    if (!element) return undefined
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element
      setSize((old) => (old && old.width === width && old.height === height ? old : { width, height }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, size]
}
