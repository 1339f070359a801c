/** Table 8 of the paper: latency on a Snapdragon 820, single thread. A reference to put a device beside, never a device of one's own. */
import table8 from '../../../assets/paper/v1-table8.json'

export const PAPER_INPUTS = ['224x224', '480x640', '720x1280'] as const
export type PaperInput = (typeof PAPER_INPUTS)[number]

export interface PaperRow {
  readonly model: string
  readonly ms: Readonly<Record<PaperInput, number>>
}

export const PAPER_SOURCE = table8.source

/** The row of a ShuffleNet v1 by the id of the model, e.g. "shufflenet-v1-g3-0.5x"; undefined where the table has none. */
export function paperRow(model: string): PaperRow | undefined {
  const [, groups, scale] = /^shufflenet-v1-g(\d)-(\d+(?:\.\d+)?)x\b/.exec(model) ?? []
  return table8.points.find((p) => p.family === 'shufflenet' && p.groups === Number(groups) && p.scale === Number(scale))
}

/** The column of an input [1, 3, height, width]; undefined where the paper measured none of that size. */
export function paperInput(shape: readonly number[]): PaperInput | undefined {
  const text = `${shape.at(-2)}x${shape.at(-1)}`
  return PAPER_INPUTS.find((i) => i === text)
}
