/** A number that eases towards its target; at once where motion is to be reduced. */
import { easeCubicInOut } from 'd3'
import { useEffect, useRef, useState } from 'react'

const DURATION_MS = 320

export function useTween(target: number): number {
  const [value, setValue] = useState(target)
  const current = useRef(target)
  useEffect(() => {
    const from = current.current
    if (from === target) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      current.current = target
      setValue(target)
      return
    }
    const start = performance.now()
    let frame = requestAnimationFrame(function step(now) {
      const t = Math.min(1, Math.max(0, (now - start) / DURATION_MS))
      current.current = from + (target - from) * easeCubicInOut(t)
      setValue(current.current)
      if (t < 1) frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [target])
  return value
}
