/** The devices as the page's calls see them: models by reference, questions as news of the call that they belong to. */
import { randomBytes } from 'node:crypto'
import { badInput, buildZooModel, type Model, openModel } from '../../engine/index.ts'
import type { DeviceAnswer, DeviceNews, DeviceQuestion, ProfileModel } from '../ipc/contract.ts'
import type { Handlers } from '../ipc/dispatch.ts'
import { configuredHosts } from '../remote/index.ts'
import type { DevicesService, DeviceTarget, Prompts } from './devices.ts'
import type { ModelsService } from './models.ts'
import type { SecretsService } from './secrets.ts'
import { prepareSubject } from './subject.ts'

export interface DeviceCallsOptions {
  readonly root: string
  readonly devices: DevicesService
  readonly models: ModelsService
  readonly secrets: SecretsService
}

type Calls = Pick<
  Handlers,
  | 'devices.list'
  | 'devices.configured'
  | 'devices.add'
  | 'devices.remove'
  | 'devices.probe'
  | 'devices.profile'
  | 'devices.answer'
  | 'traces.list'
  | 'traces.remove'
>

const FAR = { phase: 'connecting', done: 0, total: 1, threads: 0, temperature: null } as const

export function deviceCalls({ root, devices, models, secrets }: DeviceCallsOptions): Calls {
  const open = new Map<string, (answer: DeviceAnswer) => void>()

  /** Asks the page that called; an answer of another kind than the question's, or the end of the call, is no answer. */
  function prompts(device: string, signal: AbortSignal, tell: (news: DeviceNews) => void): Prompts {
    const ask = (question: DeviceQuestion['ask']): Promise<DeviceAnswer> =>
      new Promise((resolve) => {
        const id = randomBytes(16).toString('hex')
        const settle = (answer: DeviceAnswer): void => {
          open.delete(id)
          resolve(answer)
        }
        open.set(id, settle)
        signal.addEventListener('abort', () => settle(null), { once: true })
        tell({ kind: 'question', id, ask: question })
      })
    return {
      hostKey: async ({ host, type, fingerprint, file }) => (await ask({ about: 'hostKey', host, type, fingerprint, file: file ?? null })) === true,
      async secret({ kind, about, text, echo, failed }) {
        // What a device asks may be another question each time.
        const keepable = kind !== 'answer' && secrets.canKeep()
        const kept = keepable && failed === 0 ? await secrets.get(device, about) : undefined
        if (kept !== undefined) return kept
        if (keepable && failed > 0) await secrets.forget(device, about)
        const answer = await ask({ about: 'secret', secret: kind, text: text.slice(0, 1000), echo, failed, keepable })
        if (answer === null || typeof answer === 'boolean') return undefined
        if (keepable && answer.keep) await secrets.keep(device, about, answer.secret)
        return answer.secret
      },
    }
  }

  async function targetOf(id: string): Promise<DeviceTarget> {
    const entry = await devices.find(id)
    if (!entry) throw badInput(`Device "${id}"`, 'it is not in the list', 'Add it first')
    return entry
  }

  async function modelOf(model: ProfileModel, signal: AbortSignal): Promise<Model> {
    if (model.kind === 'zoo') return buildZooModel(model.id)
    return openModel(model.kind === 'file' ? model.file : await models.bytes(model.id), { signal })
  }

  return {
    'devices.list': () => devices.list(),
    'devices.configured': () => Promise.resolve(configuredHosts()),
    'devices.add': (_context, target) => devices.add(target),
    async 'devices.remove'(_context, id) {
      await devices.remove(id)
      await secrets.forget(id)
      return null
    },
    async 'devices.probe'({ signal, progress }, id) {
      progress({ kind: 'progress', ...FAR })
      return devices.probe(await targetOf(id), { prompts: prompts(id, signal, progress), acceptNew: false, signal })
    },
    async 'devices.profile'({ signal, progress }, id, model, request) {
      const target = await targetOf(id)
      progress({ kind: 'progress', ...FAR, phase: 'preparing' })
      const subject = await prepareSubject(root, await modelOf(model, signal), signal)
      progress({ kind: 'progress', ...FAR })
      const { traces, sent } = await devices.profile(target, subject, request, {
        prompts: prompts(id, signal, progress),
        acceptNew: false,
        signal,
        onProgress: (news) => progress({ kind: 'progress', ...news }),
      })
      return { traces: [...traces], sent }
    },
    'devices.answer'(_context, id, answer) {
      open.get(id)?.(answer)
      return null
    },
    'traces.list': () => devices.traces.list(),
    'traces.remove': (_context, id) => devices.traces.remove(id).then(() => null),
  }
}
