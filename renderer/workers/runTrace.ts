/** The last timed run of an opened model as a trace, to be compared with runs elsewhere. */
import { badInput, type HostFingerprint, hashModel, type Trace } from '../../engine/index.ts'
import type { Running } from './running.ts'

/** Throws ScopeError where the model was not timed. */
export async function traceOfRun({ model, timed }: Running): Promise<Trace> {
  if (!timed) throw badInput('Trace', 'the model was not timed here', 'Measure it first')
  const { profile, machine, backend, threads, arenaBytes } = timed
  return {
    schema: 1,
    model: model.id,
    modelHash: await hashModel(model.graph),
    host: hostOf(navigator),
    machine,
    backend,
    threads,
    precision: 'f32',
    total: profile.total,
    steps: profile.steps,
    arenaBytes,
  }
}

/** Browsers do not tell the model of the CPU. */
export function hostOf({
  userAgent,
  hardwareConcurrency,
  platform,
}: Pick<Navigator, 'userAgent' | 'hardwareConcurrency' | 'platform'>): HostFingerprint {
  const version = /(Electron|Chrome|Firefox|Version)\/(\d+)/.exec(userAgent)
  const names: Readonly<Record<string, string>> = { Chrome: 'Chromium', Version: 'Safari' }
  const name = version?.[1]
  return {
    cpu: 'unknown CPU',
    cores: Math.max(1, hardwareConcurrency),
    runtime: name ? `${names[name] ?? name} ${version?.[2]}` : 'unknown browser',
    platform: platform.slice(0, 200),
  }
}
