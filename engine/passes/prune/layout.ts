/**
 * Where channels may go when some of them are removed.
 *
 * Each channel lies in a group of the convolution that makes it and in a group of every grouped convolution that reads it;
 * a channel shuffle in between decides which. That pair is the channel's cell. With n channels in each of g groups, the
 * paper's shuffle takes index j of group i to position j*g + i, and a reader of g groups has that position in its group
 * floor((j*g + i) / n). The network with n' channels per group has the same shuffle with n' in place of n, and so wants
 * so many channels in each cell. It computes what the network computed whose removed channels are zero if each of its
 * slots holds a kept channel of the slot's own cell: that channel is then made by the same group's weights and read
 * by the same group's weights. Which slot of the cell is a matter of order, and weights can follow.
 *
 * So a number of channels is possible where no cell wants more of them than it has, and then the best of each cell stay.
 * It is always possible where n' is a multiple of g, as each cell then wants n'/g and has at least floor(n/g); between
 * those, it depends on the remainders.
 */
import { at } from '../../base/assert.ts'
import { type CoupledChannels, groupsOf, orderBehind } from './coupled.ts'

/** The channels that stay, and where. */
export interface Layout {
  readonly channels: number
  /** kept[s] = the old channel that becomes channel s of the maker. */
  readonly kept: Int32Array
}

/** cell[c] of each of so many channels; equal where the channels lie in the same groups. */
function cellsOf(coupled: CoupledChannels, channels: number): Int32Array {
  const cells = new Int32Array(channels)
  const add = (order: Int32Array, groups: number): void => {
    if (groups === 1) return
    const perGroup = channels / groups
    order.forEach((c, p) => {
      cells[c] = at(cells, c) * groups + Math.floor(p / perGroup)
    })
  }
  add(orderBehind(channels, []), groupsOf(coupled.maker))
  for (const { node, kind, shuffles } of coupled.places) if (kind === 'reader') add(orderBehind(channels, shuffles), groupsOf(node))
  return cells
}

/** What the number of channels must be a multiple of: every group count of a layer or a shuffle. */
function divisorOf({ maker, places }: CoupledChannels): number {
  const groups = [groupsOf(maker)]
  for (const { node, kind, shuffles } of places) groups.push(kind === 'reader' ? groupsOf(node) : 1, ...shuffles.map((s) => s.groups))
  return groups.reduce((a, b) => (a * b) / gcd(a, b), 1)
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

function counts(cells: Int32Array): Map<number, number> {
  const count = new Map<number, number>()
  for (const cell of cells) count.set(cell, (count.get(cell) ?? 0) + 1)
  return count
}

/** The possible numbers of channels from `least` to all of them, ascending. At least one channel stays in each group. */
export function possibleSizes(coupled: CoupledChannels, least: number): number[] {
  const { channels } = coupled
  const step = divisorOf(coupled)
  const has = counts(cellsOf(coupled, channels))
  const sizes: number[] = []
  for (let size = step; size < channels; size += step)
    if (size >= least && (has.size === 1 || [...counts(cellsOf(coupled, size))].every(([cell, n]) => n <= (has.get(cell) ?? 0)))) sizes.push(size)
  return [...sizes, channels]
}

/** The `size` channels with the highest scores, as far as cells allow, in slots of their cells. `size` is a possible one. */
export function layoutOf(coupled: CoupledChannels, size: number, scores: Float64Array): Layout {
  const members = new Map<number, number[]>()
  cellsOf(coupled, coupled.channels).forEach((cell, c) => {
    members.set(cell, [...(members.get(cell) ?? []), c])
  })
  const slots = cellsOf(coupled, size)
  const queues = new Map<number, number[]>()
  for (const [cell, wanted] of counts(slots)) {
    const ranked = (members.get(cell) ?? []).sort((a, b) => at(scores, b) - at(scores, a) || a - b)
    queues.set(
      cell,
      ranked.slice(0, wanted).sort((a, b) => a - b),
    )
  }
  return { channels: size, kept: slots.map((cell) => queues.get(cell)?.shift() ?? 0) }
}
