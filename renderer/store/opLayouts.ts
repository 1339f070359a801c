/** Layouts of the ops inside of units, asked of the layout worker as the map comes near them. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { NetworkView } from '../workers/contract/index.ts'
import { layoutOps, type OpGraph, type OpGraphShape } from '../workers/layoutClient.ts'
import { counted } from './pending.ts'

const NONE: ReadonlyMap<string, OpGraphShape> = new Map()

/** The layouts of `network` that are there, by item, and a way to ask for more. A new network forgets those of the old one. */
export function useOpLayouts(network: NetworkView | null): readonly [ReadonlyMap<string, OpGraphShape>, (graphs: readonly OpGraph[]) => void] {
  const [known, setKnown] = useState<{ readonly of: NetworkView | null; readonly shapes: ReadonlyMap<string, OpGraphShape> }>({
    of: null,
    shapes: NONE,
  })
  const asked = useRef<{ of: NetworkView | null; keys: Set<string>; stop: AbortController }>({
    of: null,
    keys: new Set(),
    stop: new AbortController(),
  })

  useEffect(() => {
    asked.current.stop.abort()
    asked.current = { of: network, keys: new Set(), stop: new AbortController() }
    const { stop } = asked.current
    return () => stop.abort()
  }, [network])

  const ask = useCallback(
    (graphs: readonly OpGraph[]) => {
      const { of, keys, stop } = asked.current
      if (of !== network) return
      const fresh = graphs.filter((g) => !keys.has(g.key))
      if (fresh.length === 0) return
      for (const { key } of fresh) keys.add(key)
      const show = (shapes: readonly OpGraphShape[]) =>
        setKnown((old) => ({
          of: network,
          shapes: new Map([...(old.of === network ? old.shapes : NONE), ...shapes.map((s) => [s.key, s] as const)]),
        }))
      void counted(layoutOps(fresh, show, stop.signal))
    },
    [network],
  )
  return [known.of === network ? known.shapes : NONE, ask]
}
