/** Devices that the user has added: probing them, and measuring models on them. */
import { join } from 'node:path'
import { z } from 'zod'
import { badInput, type Condition, type Device, KERNEL_FILES, ScopeError, type Trace } from '../../engine/index.ts'
import { type DeviceBackend, type DeviceEntry, type DeviceTarget, deviceEntrySchema, type ProfileRequest, type StoredTrace } from '../ipc/contract.ts'
import {
  type Bundle,
  type Connection,
  makeBundle,
  type ProfileProgress,
  type Prompts,
  probeRemote,
  profileOnDevice,
  type Survey,
  survey,
} from '../remote/index.ts'
import { jsonFile } from './jsonFile.ts'
import { inputBytes, type PreparedSubject } from './subject.ts'
import { type TracesService, tracesService } from './traces.ts'

export type { DeviceEntry, DeviceTarget, ProfileRequest, Prompts }

const storedSchema = z.array(deviceEntrySchema).max(1000)

export interface ConnectOptions {
  readonly prompts: Prompts
  readonly acceptNew: boolean
  readonly signal?: AbortSignal
}

export interface Packages {
  /** Path of a Node binary for an architecture as uname names it: `file` where it is given and fits. Throws ScopeError. */
  node(arch: string, file: string | null, signal?: AbortSignal): Promise<string>
  /** Files of onnxruntime-node for that architecture, as its folder has them. Throws ScopeError. */
  ort(arch: string, signal?: AbortSignal): Promise<readonly { readonly name: string; readonly data: string | Uint8Array }[]>
}

export interface DevicesOptions {
  readonly userData: string
  /** Holds dist. */
  readonly root: string
  readonly connect: (target: DeviceTarget, options: ConnectOptions) => Promise<Connection>
  readonly packages: Packages
}

export interface WorkOptions extends ConnectOptions {
  readonly onProgress?: (progress: ProfileProgress) => void
}

export interface DevicesService {
  readonly traces: TracesService
  list(): Promise<DeviceEntry[]>
  add(target: DeviceTarget): Promise<DeviceEntry>
  remove(id: string): Promise<void>
  /** By its id, or any target that `connect` takes: the command line needs no entry. */
  find(idOrTarget: string): Promise<DeviceEntry | undefined>
  probe(target: DeviceTarget, options: WorkOptions): Promise<{ readonly device: Device; readonly condition: Condition }>
  profile(target: DeviceTarget, subject: PreparedSubject, request: ProfileRequest, options: WorkOptions): Promise<Profiled>
}

export interface Profiled {
  readonly traces: readonly StoredTrace[]
  /** Bytes that had to be pushed. */
  readonly sent: number
}

/** Node's own lowest major version that is used where a device has one. */
const LEAST_NODE = 20

export function devicesService({ userData, root, connect, packages }: DevicesOptions): DevicesService {
  const file = jsonFile(join(userData, 'devices.json'), storedSchema, [])
  const traces = tracesService(userData)

  async function connected<T>(target: DeviceTarget, options: ConnectOptions, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await connect(target, options)
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }

  async function remember(target: DeviceTarget, device: Device): Promise<void> {
    const probed = new Date().toISOString()
    await file.update((all) => all.map((entry) => (entry.id === target.target ? { ...entry, device, probed } : entry)))
  }

  async function runner(): Promise<Bundle> {
    const dist = (path: string): string => join(root, 'dist', path)
    return makeBundle('runner', [
      { name: 'runner.mjs', data: dist('device/runner.mjs') },
      ...KERNEL_FILES.map((name) => ({ name, data: dist(`wasm/${name}`) })),
    ])
  }

  async function nodeFor(found: Survey, given: string | null, signal: AbortSignal | undefined): Promise<Bundle | null> {
    if (given === null && found.node && found.node.major >= LEAST_NODE) return null
    const path = await packages.node(found.arch, given, signal)
    return makeBundle('node', [{ name: 'node', data: path, executable: true }])
  }

  async function measure(
    connection: Connection,
    found: Survey,
    backend: DeviceBackend,
    subject: PreparedSubject,
    request: ProfileRequest,
    options: WorkOptions,
  ): Promise<{ readonly traces: readonly Trace[]; readonly sent: number }> {
    const { signal, onProgress } = options
    const model = backend === 'ort' ? 'model.onnx' : 'model.plan'
    const { threads, warmup, runs, budgetMs, layerRuns, sustainedMs, pinned, precision } = request
    const plan = {
      runner: await runner(),
      model: await makeBundle('model', [
        { name: model, data: subject.file(backend) },
        { name: 'input.f32', data: inputBytes(subject.input) },
      ]),
      ort: backend === 'ort' ? await makeBundle('onnxruntime', await packages.ort(found.arch, signal)) : null,
      node: await nodeFor(found, request.node, signal),
      job: {
        schema: 1 as const,
        backend,
        plan: model,
        input: 'input.f32',
        inputShape: [...subject.input.shape],
        threads: [...new Set(threads)],
        warmup,
        runs,
        budgetMs,
        layerRuns,
        sustainedMs,
        pinned: pinned && [...pinned],
      },
    }
    return profileOnDevice(connection, found, { ...subject, precision }, plan, { ...(signal && { signal }), ...(onProgress && { onProgress }) })
  }

  return {
    traces,
    list: () => file.read(),
    async add(target) {
      const entry: DeviceEntry = { ...target, id: target.target, added: new Date().toISOString(), device: null, probed: null }
      await file.update((all) => [...all.filter((other) => other.id !== entry.id), entry])
      return entry
    },
    async remove(id) {
      const all = await file.read()
      if (!all.some((entry) => entry.id === id))
        throw badInput(`Device "${id}"`, 'it is not in the list', 'See "shufflescope devices list" for what is')
      await file.update((entries) => entries.filter((entry) => entry.id !== id))
    },
    find: async (idOrTarget) => (await file.read()).find((entry) => entry.id === idOrTarget),
    probe: (target, options) =>
      connected(target, options, async (connection) => {
        const found = await probeRemote(connection, options.signal)
        await remember(target, found.device)
        return found
      }),
    profile: (target, subject, request, options) =>
      connected(target, options, async (connection) => {
        const found = await survey(connection, options.signal)
        const made: Trace[] = []
        let sent = 0
        for (const backend of request.backends) {
          const profiled = await measure(connection, found, backend, subject, request, options)
          sent += profiled.sent
          made.push(...profiled.traces)
        }
        const device = made[0]?.device
        if (!device) throw new ScopeError({ code: 'device', what: `Device ${connection.label}`, why: 'it measured nothing', hint: 'Profile again' })
        await remember(target, device)
        const stored: StoredTrace[] = []
        for (const trace of made) stored.push({ id: await traces.add(trace, target.target), trace })
        return { traces: stored, sent }
      }),
  }
}
