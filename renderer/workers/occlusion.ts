/** Occlusion sensitivity of an opened model on a photo, place by place. */
import { asNchw, classProbabilities, greyOf, occlusionSensitivity } from '../../engine/index.ts'
import type { CallContext, OcclusionView } from './contract/index.ts'
import { outputOf, photoInput, type Running, runnerFor } from './running.ts'

/** Places along a side: as many runs as this squared. */
const PLACES = 14
/** Side of the square, as a share of the input. */
const SIDE = 1 / 5
/** So often messages are let through, so that a cancel is seen. */
const PAUSE_MS = 40

export async function occludePhoto(
  running: Running,
  photo: Blob,
  name: string,
  threads: number,
  classes: readonly number[],
  context: CallContext,
): Promise<OcclusionView> {
  const { tensor, preprocess } = await photoInput(running, photo, name, context)
  const runner = await runnerFor(running, threads, context)
  const { model } = running
  const [, , height, width] = asNchw(tensor.shape)
  let paused = performance.now()
  const seen = await occlusionSensitivity(
    tensor,
    async (input) => classProbabilities(model.graph, outputOf(model, (await runner.run([input])).outputs)),
    {
      classes,
      rows: PLACES,
      columns: PLACES,
      side: Math.round(Math.min(width, height) * SIDE),
      fill: greyOf(preprocess),
      signal: context.signal,
      onProgress(done, total) {
        if (performance.now() - paused < PAUSE_MS) return undefined
        paused = performance.now()
        context.progress({ step: 'occluding', done, total })
        return new Promise((resolve) => setTimeout(resolve, 0))
      },
    },
  )
  return { rows: seen.rows, columns: seen.columns, maps: seen.drops, base: seen.base, side: seen.side / width }
}
