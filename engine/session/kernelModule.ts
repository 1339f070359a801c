/** The kernels as an instance over a plan's memory. */

export interface KernelExports {
  runPlan(steps: number, count: number, thread: number, threads: number, control: number, times: number, scratch: number): number
}

/** Outcomes of `runPlan`. */
export const DONE = 0
export const CANCELLED = 1
export const LOST = 2

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const instance = new WebAssembly.Instance(module, { env: { memory }, host: { now: () => performance.now() } })
  return instance.exports as unknown as KernelExports
}
