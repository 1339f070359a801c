/** Times of both sides of a comparison: timed here, or read with a trace. */
import { useMemo } from 'react'
import type { Comparison } from '../../store/compareSlice.ts'
import { useStore } from '../../store/context.ts'
import { type Times, timesOf } from './compareData.ts'

export interface SideTimes {
  /** Median of whole runs, in milliseconds; null before it was measured. */
  readonly total: number | null
  readonly layers: Times
}

export function useTimes({ a, b, side }: Comparison): { readonly a: SideTimes; readonly b: SideTimes } {
  const profile = useStore((s) => s.profile)
  const other = useStore((s) => (s.compareProfile?.side === side ? s.compareProfile.view : null))
  return useMemo(() => {
    const { trace } = side
    const nodes = trace ? (trace.steps > 0 ? trace.nodes : null) : (other?.nodes ?? null)
    return {
      a: { total: profile?.total.p50 ?? null, layers: profile && timesOf(profile.nodes, a) },
      b: { total: trace ? trace.total : (other?.total.p50 ?? null), layers: nodes && timesOf(nodes, b) },
    }
  }, [profile, other, side, a, b])
}
