/** What a timed run says of the nodes of the loaded graph, from its steps. */
import { at, type StepSample, stepTimes } from '../../engine/index.ts'
import type { NodeCost } from './contract/index.ts'

/** A step's cost goes to the first node it names: the op it computes. */
export function costByNode(steps: readonly StepSample[]): NodeCost[] {
  const times = stepTimes(steps)
  const byNode = new Map<string, NodeCost>()
  for (const [i, { nodes, macs, bytes }] of steps.entries()) {
    const [name] = nodes
    if (name === undefined) continue
    const sum = byNode.get(name) ?? { name, ms: 0, macs: 0, bytes: 0 }
    byNode.set(name, { name, ms: sum.ms + at(times, i), macs: sum.macs + macs, bytes: sum.bytes + bytes })
  }
  return [...byNode.values()]
}
