/** What can run a plan: the local pool, the scalar reference, a remote device. Same interface, several transports. */
import type { TensorId } from '../ir/graph.ts'
import type { HostTensor } from '../ir/tensor.ts'
import type { StepSample } from '../trace/trace.ts'

export interface RunOptions {
  /** Tensors whose values are wanted beside the outputs, by id in the planned graph. */
  readonly keep?: readonly TensorId[]
  readonly signal?: AbortSignal
}

export interface RunResult {
  /** Outputs of the graph, row-major (NCHW). */
  readonly outputs: readonly HostTensor[]
  readonly kept: ReadonlyMap<TensorId, HostTensor>
  /** Milliseconds of the run alone, without copying inputs and outputs. */
  readonly ms: number
}

export interface ProfileOptions {
  readonly runs: number
  readonly warmup: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export interface Profile {
  readonly total: number[]
  readonly steps: StepSample[]
}

export interface Runner {
  readonly backend: string
  readonly threads: number
  readonly arenaBytes: number
  /** Inputs row-major (NCHW), in the order of the graph's inputs. Throws ScopeError. */
  run(inputs: readonly HostTensor[], options?: RunOptions): Promise<RunResult>
  /**
   * Runs the last inputs again until the compiler has seen every kernel often enough, at most 0.15 s: engines first
   * translate Wasm quickly and badly. For idle moments; other calls get in between. Ends quietly when aborted or closed.
   */
  warmUp(signal?: AbortSignal): Promise<void>
  /** Timed runs on the last inputs: totals in one pass, steps in another. */
  profile(options: ProfileOptions): Promise<Profile>
  close(): Promise<void>
}
