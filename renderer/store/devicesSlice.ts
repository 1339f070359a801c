/** Devices that models are profiled on: the list, work under way on each, what it asks, and the history of runs. */
import type {
  DeviceAnswer,
  DeviceEntry,
  DeviceProgress,
  DeviceQuestion,
  DeviceTarget,
  ProfileModel,
  ProfileRequest,
  StoredTrace,
} from '../../electron/ipc/contract.ts'
import type { ErrorFields, Machine } from '../../engine/index.ts'
import type { Api } from '../app/bridge.ts'
import type { ModelSource, NodeCost } from '../workers/contract/index.ts'
import { counted } from './pending.ts'
import type { ModelRef, Slice, State } from './state.ts'
import { fieldsOf } from './tasks.ts'

export type { DeviceEntry, DeviceProgress, DeviceQuestion, DeviceTarget, ProfileRequest, StoredTrace }

export interface DeviceJob {
  readonly kind: 'probe' | 'profile'
  readonly progress: DeviceProgress | null
  /** Bytes pushed so far, once pushing has begun. */
  readonly pushed: number | null
  readonly cancel: () => void
}

/** A question of work under way on a device, waiting for an answer. */
export interface AskedQuestion {
  readonly device: string
  readonly id: string
  readonly ask: DeviceQuestion['ask']
}

/** Times of a run on a device, by node of the loaded graph. */
export interface DeviceTimes {
  readonly trace: string
  /** The model that ran. */
  readonly model: string
  /** The device in words. */
  readonly label: string
  readonly nodes: readonly NodeCost[]
  readonly machine: Machine | null
}

export interface DevicesSlice {
  /** Null before they are loaded. */
  readonly devices: readonly DeviceEntry[] | null
  /** Newest first. */
  readonly traces: readonly StoredTrace[] | null
  readonly devicesError: ErrorFields | null
  /** By the device's id. */
  readonly deviceJobs: Readonly<Record<string, DeviceJob>>
  readonly deviceErrors: Readonly<Record<string, ErrorFields>>
  readonly deviceQuestions: readonly AskedQuestion[]
  readonly addingDevice: boolean
  /** Names of the SSH configuration, to choose from. */
  readonly configuredHosts: readonly string[]
  /** Devices that the next profile runs on. */
  readonly devicesChosen: readonly string[]
  /** Ids of the run that is shown, and of those beside it. */
  readonly traceShown: string | null
  readonly tracesBeside: readonly string[]
  /** What the measure "ms on device" shows. */
  readonly deviceTimes: DeviceTimes | null
  loadDevices(): Promise<void>
  setAddingDevice(adding: boolean): void
  /** Resolves to whether it was added; an error is in `devicesError`. */
  addDevice(target: DeviceTarget): Promise<boolean>
  removeDevice(id: string): Promise<void>
  chooseDevice(id: string, chosen: boolean): void
  probeDevice(id: string): Promise<void>
  /** The open model, on every chosen device at once. */
  profileDevices(request: ProfileRequest): Promise<void>
  /** Null: no answer, which refuses. */
  answerDevice(question: string, answer: DeviceAnswer): Promise<void>
  dismissDeviceError(id: string): void
  showTrace(id: string | null): void
  putTraceBeside(id: string, beside: boolean): void
  removeTrace(id: string): Promise<void>
  /** Makes a run the measure of strip and map; null: no run. */
  measureByTrace(id: string | null): Promise<void>
  compareWithTrace(id: string): Promise<void>
}

export const initialDevices = {
  devices: null,
  traces: null,
  devicesError: null,
  deviceJobs: {},
  deviceErrors: {},
  deviceQuestions: [],
  addingDevice: false,
  configuredHosts: [],
  devicesChosen: [],
  traceShown: null,
  tracesBeside: [],
  deviceTimes: null,
} as const satisfies Partial<State>

/** More cannot be told apart in one picture. */
export const MOST_BESIDE = 2

export const devicesSlice: Slice<DevicesSlice> = (set, get) => {
  const fail = (id: string, error: ErrorFields) => set(({ deviceErrors }) => ({ deviceErrors: { ...deviceErrors, [id]: error } }))
  const forget = (id: string) => set(({ deviceErrors }) => ({ deviceErrors: without(deviceErrors, id) }))

  /** Work on one device: its progress and questions are in the state as long as it lasts. */
  async function onDevice<T>(
    id: string,
    kind: DeviceJob['kind'],
    work: (api: Api, options: Parameters<typeof callOptions>[0]) => Promise<T>,
  ): Promise<T | null> {
    const { api } = get()
    if (!api || get().deviceJobs[id]) return null
    const controller = new AbortController()
    const cancel = () => controller.abort()
    const put = (job: Partial<DeviceJob>) =>
      set(({ deviceJobs }) => {
        const before = deviceJobs[id] ?? { kind, progress: null, pushed: null, cancel }
        return { deviceJobs: { ...deviceJobs, [id]: { ...before, ...job } } }
      })
    forget(id)
    put({})
    try {
      return await counted(
        work(api, {
          signal: controller.signal,
          tell(progress) {
            if (controller.signal.aborted) return
            put({ progress, ...(progress.phase === 'uploading' ? { pushed: progress.done } : {}) })
          },
          ask: (question) => set(({ deviceQuestions }) => ({ deviceQuestions: [...deviceQuestions, { device: id, ...question }] })),
        }),
      )
    } catch (thrown) {
      const error = fieldsOf(thrown)
      if (!controller.signal.aborted && error.code !== 'cancelled') fail(id, error)
      return null
    } finally {
      set(({ deviceJobs, deviceQuestions }) => ({
        deviceJobs: without(deviceJobs, id),
        deviceQuestions: deviceQuestions.filter((q) => q.device !== id),
      }))
    }
  }

  return {
    ...initialDevices,

    async loadDevices() {
      const { api } = get()
      if (!api) return
      try {
        const [devices, traces] = await counted(Promise.all([api.call('devices.list', []), api.call('traces.list', [])]))
        const chosen = get().devicesChosen.filter((id) => devices.some((d) => d.id === id))
        const [only] = devices
        const shown = get().traceShown
        set({
          devices,
          traces,
          devicesError: null,
          devicesChosen: chosen.length === 0 && devices.length === 1 && only ? [only.id] : chosen,
          traceShown: traces.some((x) => x.id === shown) ? shown : (traces[0]?.id ?? null),
        })
      } catch (thrown) {
        set({ devicesError: fieldsOf(thrown) })
      }
    },

    setAddingDevice(addingDevice) {
      set({ addingDevice, devicesError: null })
      // Names to choose from are a help only: a configuration that cannot be read says so when one connects.
      if (addingDevice)
        void counted(
          get()
            .api?.call('devices.configured', [])
            .then(
              (configuredHosts) => set({ configuredHosts }),
              () => undefined,
            ) ?? Promise.resolve(),
        )
    },

    async addDevice(target) {
      const { api } = get()
      if (!api) return false
      try {
        const entry = await counted(api.call('devices.add', [target]))
        set(({ devicesChosen }) => ({ addingDevice: false, devicesChosen: [...devicesChosen.filter((id) => id !== entry.id), entry.id] }))
        await get().loadDevices()
        return true
      } catch (thrown) {
        set({ devicesError: fieldsOf(thrown) })
        return false
      }
    },

    async removeDevice(id) {
      const { api, deviceJobs } = get()
      deviceJobs[id]?.cancel()
      try {
        if (api) await counted(api.call('devices.remove', [id]))
        forget(id)
      } catch (thrown) {
        fail(id, fieldsOf(thrown))
      }
      await get().loadDevices()
    },

    chooseDevice: (id, chosen) =>
      set(({ devicesChosen }) => ({
        devicesChosen: chosen ? [...devicesChosen.filter((d) => d !== id), id] : devicesChosen.filter((d) => d !== id),
      })),

    async probeDevice(id) {
      const probed = await onDevice(id, 'probe', (api, options) => api.call('devices.probe', [id], callOptions(options)))
      if (probed) await get().loadDevices()
    },

    async profileDevices(request) {
      const { devicesChosen, handle, modelRef, engine } = get()
      if (!handle || !modelRef) return
      const source = engine.sourceOf(handle)
      const runs = devicesChosen.map((id) =>
        onDevice(id, 'profile', async (api, options) =>
          api.call('devices.profile', [id, await profileModel(modelRef, source), request], callOptions(options)),
        ).then(async (made) => {
          if (!made) return
          const first = made.traces[0]?.id ?? null
          await get().loadDevices()
          if (first !== null) get().showTrace(first)
        }),
      )
      await Promise.all(runs)
    },

    async answerDevice(id, answer) {
      const { api } = get()
      set(({ deviceQuestions }) => ({ deviceQuestions: deviceQuestions.filter((q) => q.id !== id) }))
      try {
        await api?.call('devices.answer', [id, answer])
      } catch (thrown) {
        set({ devicesError: fieldsOf(thrown) })
      }
    },

    dismissDeviceError: forget,

    showTrace: (traceShown) => set(({ tracesBeside }) => ({ traceShown, tracesBeside: tracesBeside.filter((id) => id !== traceShown) })),

    putTraceBeside: (id, beside) =>
      set(({ tracesBeside, traceShown }) => {
        const others = tracesBeside.filter((x) => x !== id)
        return { tracesBeside: beside && id !== traceShown ? [...others, id].slice(-MOST_BESIDE) : others }
      }),

    async removeTrace(id) {
      const { api } = get()
      try {
        if (api) await counted(api.call('traces.remove', [id]))
        if (get().deviceTimes?.trace === id) await get().measureByTrace(null)
        set(({ tracesBeside }) => ({ tracesBeside: tracesBeside.filter((x) => x !== id) }))
        await get().loadDevices()
      } catch (thrown) {
        set({ devicesError: fieldsOf(thrown) })
      }
    },

    async measureByTrace(id) {
      const stored = get().traces?.find((x) => x.id === id)
      if (!stored) return set(({ measureShown }) => ({ deviceTimes: null, measureShown: measureShown === 'device' ? 'macs' : measureShown }))
      const { trace } = stored
      const { nodesOfTrace } = await counted(import('./traceTimes.ts'))
      set({
        deviceTimes: {
          trace: stored.id,
          model: trace.model,
          label: trace.device?.board ?? trace.host.cpu,
          nodes: nodesOfTrace(trace),
          machine: trace.machine ?? null,
        },
        measureShown: 'device',
      })
    },

    async compareWithTrace(id) {
      const stored = get().traces?.find((x) => x.id === id)
      if (!stored) return
      get().openCompare()
      await get().compareWithFile(new Blob([JSON.stringify(stored.trace)], { type: 'application/json' }), stored.id)
    },
  }
}

interface WorkOptions {
  readonly signal: AbortSignal
  readonly tell: (progress: DeviceProgress) => void
  readonly ask: (question: Omit<AskedQuestion, 'device'>) => void
}

/** News of a call, sorted into progress and questions. */
function callOptions({ signal, tell, ask }: WorkOptions) {
  return {
    signal,
    onProgress(news: DeviceProgress | DeviceQuestion) {
      if (news.kind === 'question') ask({ id: news.id, ask: news.ask })
      else tell(news)
    },
  }
}

/** The open model as the back end can have it: by name where it has it too, else its bytes. */
async function profileModel(ref: ModelRef, source: ModelSource | undefined): Promise<ProfileModel> {
  if (ref.kind !== 'file') return ref
  if (source?.kind === 'bytes') return { kind: 'file', file: { name: source.name, bytes: new Uint8Array(source.bytes) } }
  if (source?.kind === 'file') return { kind: 'file', file: { name: source.name, bytes: new Uint8Array(await source.file.arrayBuffer()) } }
  throw { code: 'internal', what: `Model "${ref.name}"`, why: 'its bytes are not there any more', hint: 'Open the file again' }
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([k]) => k !== key))
}
