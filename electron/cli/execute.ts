/** A model made ready to run here: its stages and a runner with the Wasm kernels. */
import {
  createRunner,
  fuse,
  type Graph,
  type HostTensor,
  type Model,
  makePlan,
  type Plan,
  type Runner,
  type RunnerHost,
  recognise,
} from '../../engine/index.ts'

export interface Stages {
  readonly recognised: Graph
  readonly fused: Graph
  readonly plan: Plan
}

export function stagesOf(model: Model): Stages {
  const recognised = recognise(model.graph)
  const fused = fuse(recognised)
  return { recognised, fused, plan: makePlan(fused) }
}

/** Runs `work` with a runner of the model and closes it, whatever happens. */
export async function withRunner<T>(host: RunnerHost, plan: Plan, work: (runner: Runner) => Promise<T>): Promise<T> {
  const runner = await createRunner(plan, host)
  try {
    return await work(runner)
  } finally {
    await runner.close()
  }
}

/** Zeros of the shapes that a plan takes; they cost what a photo costs. */
export function zeroInputs(plan: Plan): HostTensor[] {
  return plan.inputs.map(({ shape }) => ({ dtype: 'f32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }))
}
