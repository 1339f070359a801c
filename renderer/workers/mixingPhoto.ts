/** The mixing meter on a photo: every group of a stage's first feature map is zeroed in turn, and the change is measured after each unit. */
import {
  changeMatrix,
  channelMask,
  channelsInGroup,
  createRunner,
  crossingShare,
  type FlowStage,
  fuse,
  type Graph,
  type HostTensor,
  makePlan,
  type Runner,
  type RunnerHost,
  relativeChange,
  stagesOf,
  type TensorId,
  throwIfCancelled,
  withMask,
  withoutShuffles,
} from '../../engine/index.ts'
import type { CallContext, GroupChangeView, PhotoMixingPoint, PhotoMixingView } from './contract/index.ts'
import { placeOf } from './network.ts'
import { isShuffle } from './opWords.ts'

interface Grouped {
  /** Place among all stages of the network. */
  readonly at: number
  readonly stage: FlowStage
  readonly groups: number
}

/** Change matrices of a stage: [depth][changed group][zeroed group]. */
type Changes = readonly (readonly (readonly number[])[])[]

/**
 * `graph` is the model's recognised stage, `input` its preprocessed photo. Two plans, with shuffles and without, each
 * with a mask per stage as inputs; each then runs once whole and once for every group of every stage. Throws ScopeError.
 */
export async function photoMixing(graph: Graph, input: HostTensor, host: RunnerHost, context: CallContext): Promise<PhotoMixingView> {
  const stages = stagesOf(graph).flatMap((stage, at): Grouped[] => {
    const groups = Math.max(...stage.units.slice(1).map((u) => u.groups))
    return groups > 1 ? [{ at, stage, groups }] : []
  })
  if (stages.length === 0) return { stages: [] }
  const sides = graph.nodes.some(isShuffle) ? ([true, false] as const) : ([true] as const)
  const total = sides.length * (1 + stages.reduce((sum, s) => sum + s.groups, 0))
  let done = 0
  const step = async () => {
    context.progress({ step: 'zeroing', done: done++, total })
    // A cancel is a message like any other: it is heard between runs.
    await new Promise((resolve) => setTimeout(resolve))
    throwIfCancelled(context.signal, 'Zeroing groups')
  }
  const [on = [], off] = await inTurn(sides, (shuffle) => changesOf(graph, stages, input, shuffle, host, context.signal, step))
  return {
    stages: stages.map(({ at, stage, groups }, s) => ({
      stage: at,
      channels: stage.channels,
      groups,
      points: stage.units.map((unit, depth): PhotoMixingPoint => {
        const first = unit.nodes.find((n) => n.op === 'conv2d')
        return {
          name: unit.name,
          item: first ? placeOf(first).item : unit.name,
          depth,
          on: sideOf(unit.name, on[s]?.[depth] ?? []),
          off: off ? sideOf(unit.name, off[s]?.[depth] ?? []) : null,
        }
      }),
    })),
  }
}

function sideOf(unit: string, change: readonly (readonly number[])[]): GroupChangeView {
  return { change, crossing: crossingShare(changeMatrix({ unit, change })) }
}

async function changesOf(
  graph: Graph,
  stages: readonly Grouped[],
  input: HostTensor,
  shuffle: boolean,
  host: RunnerHost,
  signal: AbortSignal,
  step: () => Promise<void>,
): Promise<Changes[]> {
  // What is measured are outputs while the graph is rewritten, so that they are found again by their places.
  const wanted = stages.flatMap(({ stage }) => stage.units.map((u) => u.output))
  const asOutputs: Graph = { ...graph, outputs: [...graph.outputs, ...wanted] }
  const masked = stages.reduce((made, { stage }) => withMask(made, stage.source), asOutputs)
  const fused = fuse(shuffle ? masked : withoutShuffles(masked))
  const probes = fused.outputs.slice(graph.outputs.length)
  const plan = makePlan({ ...fused, outputs: fused.outputs.slice(0, graph.outputs.length) }, { keep: [...new Set(probes)] })
  const runner = await createRunner(plan, host)
  const whole = stages.map(({ stage }) => channelMask(graph, stage.source, []))
  const values = (masks: readonly HostTensor[], keep: readonly TensorId[]) => valuesOf(runner, [input, ...masks], keep, signal)
  try {
    await step()
    const base = await values(whole, probes)
    let first = 0
    return await inTurn(stages, async ({ stage, groups }, s): Promise<Changes> => {
      const own = probes.slice(first, first + stage.units.length)
      const before = base.slice(first, first + stage.units.length)
      first += stage.units.length
      const columns = await inTurn(
        Array.from({ length: groups }, (_, g) => g),
        async (g) => {
          await step()
          const mask = channelMask(graph, stage.source, channelsInGroup(stage.channels, groups, g))
          const after = await values(
            whole.map((m, i) => (i === s ? mask : m)),
            own,
          )
          return before.map((map, depth) => {
            const changed = after[depth]
            return changed ? relativeChange(map, changed, groups) : []
          })
        },
      )
      return before.map((_, depth) => Array.from({ length: groups }, (_, o) => columns.map((column) => column[depth]?.[o] ?? 0)))
    })
  } finally {
    await runner.close()
  }
}

async function valuesOf(runner: Runner, inputs: readonly HostTensor[], keep: readonly TensorId[], signal: AbortSignal): Promise<HostTensor[]> {
  const { kept } = await runner.run(inputs, { signal, keep: [...new Set(keep)] })
  return keep.flatMap((id) => kept.get(id) ?? [])
}

async function inTurn<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const [index, item] of items.entries()) results.push(await work(item, index))
  return results
}
