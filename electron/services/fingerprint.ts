/** This machine, as a trace names it. */
import { availableParallelism, cpus } from 'node:os'
import type { HostFingerprint } from '../../engine/index.ts'

export function hostFingerprint(): HostFingerprint {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    runtime: `Node ${process.versions.node}`,
    platform: `${process.platform} ${process.arch}`,
  }
}
