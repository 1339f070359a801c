/** What profiles on the test device need: the bundled model, packages fetched once, and a request that is quick under an emulator. */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { ProfileRequest } from '../../electron/ipc/contract.ts'
import { devicePackages } from '../../electron/services/devicePackages.ts'
import { type DevicesService, devicesService, type Packages } from '../../electron/services/devices.ts'
import { type PreparedSubject, prepareSubject } from '../../electron/services/subject.ts'
import { fuse, makePlan, openModel, recognise } from '../../engine/index.ts'
import { openTo } from '../electron/remote/open.ts'
import type { Device } from './device.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const MODEL = 'shufflenet-v1-g3-0.5x-imagenette.safetensors'

export const TARGET = { target: 'arm64', identity: null, knownHosts: null }

export const REQUEST: ProfileRequest = {
  backends: ['wasm'],
  threads: [1, 2],
  warmup: 1,
  runs: 20,
  budgetMs: null,
  layerRuns: 2,
  sustainedMs: null,
  pinned: null,
  precision: 'f32',
  node: null,
}

/** Nobody answers: what is not known or not allowed is refused. */
export const alone = (signal?: AbortSignal) => ({
  prompts: { hostKey: () => Promise.resolve(false), secret: () => Promise.resolve(undefined) },
  acceptNew: false,
  ...(signal && { signal }),
})

/** Beside the device's root: what comes from npm is fetched once. */
export const packagesBeside = (root: string): Packages => devicePackages(join(dirname(root), 'user'))

export function serviceOn(device: () => Device, packages: Packages, userData: string): DevicesService {
  return devicesService({ userData, root: ROOT, connect: (_, { signal }) => openTo(device(), signal ? { signal } : {}), packages })
}

export async function bundledSubject(file = MODEL): Promise<{ readonly subject: PreparedSubject; readonly steps: number }> {
  const model = await openModel({ name: file, bytes: readFileSync(join(ROOT, 'assets/models', file)) })
  return { subject: await prepareSubject(ROOT, model), steps: makePlan(fuse(recognise(model.graph))).steps.length }
}

/** Programs of ours that run on the device. */
export async function runsOn(device: Device): Promise<string[]> {
  const connection = await openTo(device)
  const { stdout } = await connection.exec(['ps', '-eo', 'args'])
  await connection.close()
  return stdout.split('\n').filter((line) => line.includes('runner.mjs'))
}
