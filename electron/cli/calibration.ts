/** Shows photos to a network on behalf of `quantize`, and keeps them as its inputs. */
import {
  at,
  type CalibrationStep,
  type Graph,
  type HostTensor,
  type Looking,
  makePlan,
  type Preprocess,
  preprocessImage,
  type RunResult,
  type TensorId,
} from '../../engine/index.ts'
import { decodeImage } from '../services/images.ts'
import { nodeHost } from '../services/nodePool.ts'
import type { CliContext } from './context.ts'
import { withRunner } from './execute.ts'

/** Inputs are kept up to this, and made anew beyond. */
const MOST_KEPT_BYTES = 2 ** 28

/** How progress names a pass. */
const STEP_WORDS: Readonly<Record<CalibrationStep, string>> = {
  channels: 'channels, photo',
  ranges: 'ranges, photo',
  distributions: 'distributions, photo',
  inputs: 'inputs, photo',
  means: 'means, photo',
  biases: 'biases, layer',
}

export class PhotoInputs {
  private readonly kept = new Map<string, HostTensor>()
  private bytes = 0

  constructor(
    private readonly context: CliContext,
    private readonly preprocess: Preprocess,
    private readonly threads: number,
  ) {}

  looking(photos: readonly string[]): Looking {
    const { signal, root } = this.context
    return {
      photos: photos.length,
      look: async (graph: Graph, keep: readonly TensorId[], some: readonly number[], see: (values: RunResult['kept']) => void) =>
        withRunner(await nodeHost(root, this.threads), makePlan(graph, { keep }), async (runner) => {
          for (const photo of some) see((await runner.run([await this.input(at(photos, photo))], { signal, keep })).kept)
        }),
      onProgress: (step, done, total) => this.context.progress(`${STEP_WORDS[step]}: ${done} of ${total}`),
    }
  }

  async input(photo: string): Promise<HostTensor> {
    const known = this.kept.get(photo)
    if (known) return known
    const made = preprocessImage(await decodeImage(photo, undefined, this.context.signal), this.preprocess)
    this.bytes += made.data.byteLength
    if (this.bytes < MOST_KEPT_BYTES) this.kept.set(photo, made)
    return made
  }
}
