/** The network in which the channels that pruning removed are zero for whoever reads them: what removing them must equal. */

import { channelGraph } from '../../../../engine/flow/links.ts'
import { ablate, type Graph, hasBit, type Pruned, type TensorId, traceChannel } from '../../../../engine/index.ts'

/** Where a removed channel arrives is told by the channel tracer, which knows nothing of pruning. */
export function maskedAs(graph: Graph, { removals }: Pruned): Graph {
  const links = channelGraph(graph)
  const off = new Map<TensorId, Set<number>>()
  for (const { coupled, layout } of removals) {
    const kept = new Set(layout.kept)
    const made = coupled.maker.outputs[0] ?? -1
    const readers = new Set(coupled.places.filter((p) => p.kind === 'reader').map((p) => p.node.inputs[0] ?? -1))
    for (let channel = 0; channel < coupled.channels; channel++) {
      if (kept.has(channel)) continue
      const { after } = traceChannel(links, made, channel)
      for (const tensor of readers) {
        const bits = after.get(tensor) ?? new Uint32Array(0)
        const positions = off.get(tensor) ?? new Set()
        off.set(tensor, positions)
        for (let p = 0; p < bits.length * 32; p++) if (hasBit(bits, p)) positions.add(p)
      }
    }
  }
  return [...off].reduce((masked, [tensor, positions]) => ablate(masked, tensor, positions), graph)
}
