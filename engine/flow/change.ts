/** Mixing by measurement: how much each group of channels changes where one group of an earlier feature map is zeroed. */
import { assert } from '../base/assert.ts'
import { asNchw, type HostTensor } from '../ir/tensor.ts'

/** Channels of group `group`, by `groups` runs of positions that are as equal as can be. */
export function channelsInGroup(channels: number, groups: number, group: number): number[] {
  return Array.from({ length: channels }, (_, c) => c).filter((c) => groupAt(c, channels, groups) === group)
}

function groupAt(channel: number, channels: number, groups: number): number {
  return Math.floor((channel * groups) / channels)
}

/**
 * For each of `groups` runs of channels of a feature map [1, C, H, W]: the L2 norm of `changed` - `base` over the norm
 * of `base`, 0 where both are 0. A group that was nothing and is something now has changed without bound: Infinity.
 */
export function relativeChange(base: HostTensor, changed: HostTensor, groups: number): number[] {
  assert(base.data.length === changed.data.length, `${base.data.length} elements beside ${changed.data.length}`)
  const [, channels, height, width] = asNchw(base.shape)
  const plane = height * width
  const norms = new Float64Array(groups)
  const changes = new Float64Array(groups)
  for (let c = 0; c < channels; c++) {
    const g = groupAt(c, channels, groups)
    let norm = 0
    let change = 0
    for (let i = c * plane; i < (c + 1) * plane; i++) {
      const own = base.data[i] ?? 0
      const difference = (changed.data[i] ?? 0) - own
      norm += own * own
      change += difference * difference
    }
    norms[g] = (norms[g] ?? 0) + norm
    changes[g] = (changes[g] ?? 0) + change
  }
  return Array.from(changes, (change, g) => (change === 0 ? 0 : Math.sqrt(change / (norms[g] ?? 0))))
}
