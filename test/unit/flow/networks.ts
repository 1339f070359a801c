/** Narrow networks of every kind of grouping, with positive weights: a change of an input shows in every output that it reaches. */
import type { Graph } from '../../../engine/index.ts'
import { recognise } from '../../../engine/index.ts'
import { PAPER_V1, shuffleNetV1 } from '../../../engine/zoo/shuffleNetV1.ts'
import { MEGVII_V2, shuffleNetV2, TORCHVISION_V2 } from '../../../engine/zoo/shuffleNetV2.ts'
import type { WeightSource } from '../../../engine/zoo/weights.ts'

export const GROUPS = [1, 2, 3, 4, 8] as const

/** Everything positive, so that no ReLU and no cancellation hides a change; batch norm with mean 0. */
const positive: WeightSource = {
  get(role, shape) {
    const size = shape.reduce((a, b) => a * b, 1)
    const fanIn = shape.length > 1 ? size / (shape[0] ?? 1) : 1
    return Float32Array.from({ length: size }, (_, i) => (role.endsWith('.mean') ? 0 : (0.5 + ((i * 7 + role.length * 13) % 11) / 11) / fanIn))
  },
}

const common = { name: 'narrow', classes: 5, inputSize: [32, 32] as const, repeats: [3, 2, 1] as const }

/** Bottlenecks of two channels a group, so that a shuffle needs several units for more than two groups. */
export function v1(groups: number, shuffle: boolean): Graph {
  const width = 8 * groups
  return recognise(
    shuffleNetV1(
      { ...common, groups, stem: 3 * groups, widths: [width, 2 * width, 4 * width], shuffle, denseFirst: false, variant: PAPER_V1 },
      positive,
    ),
  )
}

export function v2(topology: 'torchvision' | 'megvii', shuffle: boolean): Graph {
  const variant = topology === 'torchvision' ? TORCHVISION_V2 : MEGVII_V2
  return recognise(shuffleNetV2({ ...common, stem: 6, widths: [16, 32, 64], last: 20, shuffle, variant }, positive))
}

export const NETWORKS: readonly { readonly name: string; readonly build: () => Graph }[] = [
  ...GROUPS.flatMap((g) =>
    [true, false].map((shuffle) => ({ name: `v1, g = ${g}, ${shuffle ? 'with' : 'without'} shuffle`, build: () => v1(g, shuffle) })),
  ),
  ...(['torchvision', 'megvii'] as const).flatMap((topology) =>
    [true, false].map((shuffle) => ({ name: `v2 of ${topology}, ${shuffle ? 'with' : 'without'} shuffle`, build: () => v2(topology, shuffle) })),
  ),
]
