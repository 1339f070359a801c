/** Calls against handlers: schemas, cancellation, progress and errors, seen from the page's side through a Port. */
import { describe, expect, it } from 'vitest'
import { apiFromPort } from '../../../../electron/ipc/client.ts'
import { CONTRACT } from '../../../../electron/ipc/contract.ts'
import { createClient, type Handlers } from '../../../../electron/ipc/dispatch.ts'
import type { Port } from '../../../../electron/ipc/port.ts'
import { badInput } from '../../../../engine/index.ts'

const unexpected = (): never => {
  throw new TypeError('not a call of this test')
}

function handlersWith(some: Partial<Handlers>): Handlers {
  return { ...(Object.fromEntries(Object.keys(CONTRACT).map((channel) => [channel, unexpected])) as unknown as Handlers), ...some }
}

/** Port that goes through structured clone, as Electron's does. */
function portOf(handlers: Handlers): Port & { emit(event: string, value: unknown): void } {
  const client = createClient(handlers)
  const progress = new Set<(id: string, value: unknown) => void>()
  const events = new Set<(event: string, value: unknown) => void>()
  return {
    calls: Object.fromEntries(
      Object.keys(CONTRACT).map((channel) => [
        channel,
        async (id: string, args: readonly unknown[]) =>
          structuredClone(
            await client.call(id, channel, structuredClone(args), (value) => {
              for (const listener of progress) listener(id, structuredClone(value))
            }),
          ),
      ]),
    ),
    cancel: client.cancel,
    onProgress: (listener) => {
      progress.add(listener)
      return () => void progress.delete(listener)
    },
    onEvent: (listener) => {
      events.add(listener)
      return () => void events.delete(listener)
    },
    emit: (event, value) => {
      for (const listener of events) listener(event, value)
    },
  }
}

const ENTRY = { id: 'a', name: 'A', kind: 'downloaded', params: null, classes: null, size: 3, partial: 0, source: null } as const

describe('a call', () => {
  it('returns what the handler returns', async () => {
    const api = apiFromPort(portOf(handlersWith({ 'models.bytes': (_context, id) => ({ name: id, bytes: new Uint8Array([5, 6]) }) })), 'electron')
    expect(await api.call('models.bytes', ['net'])).toEqual({ name: 'net', bytes: new Uint8Array([5, 6]) })
  })

  it('rejects with the fields of the ScopeError', async () => {
    const api = apiFromPort(
      portOf(
        handlersWith({
          'models.bytes': () => {
            throw badInput('Model', 'it is broken', 'Mend it', 'byte 7')
          },
        }),
      ),
      'electron',
    )
    await expect(api.call('models.bytes', ['x'])).rejects.toMatchObject({
      code: 'bad-input',
      what: 'Model',
      why: 'it is broken',
      hint: 'Mend it',
      where: 'byte 7',
    })
  })

  it('makes an internal error of any other exception', async () => {
    const api = apiFromPort(portOf(handlersWith({})), 'electron')
    await expect(api.call('recents.list', [])).rejects.toMatchObject({ code: 'internal' })
  })

  it('reports progress to its own caller only, and ends with its result', async () => {
    const seen: unknown[] = []
    const api = apiFromPort(
      portOf(
        handlersWith({
          'models.download': ({ progress }) => {
            progress({ received: 1, total: 3 })
            progress({ received: 3, total: 3 })
            return ENTRY
          },
        }),
      ),
      'electron',
    )
    const [first] = await Promise.all([
      api.call('models.download', ['a'], { onProgress: (value) => seen.push(value.received) }),
      api.call('models.download', ['b']),
    ])
    expect(first).toEqual(ENTRY)
    expect(seen).toEqual([1, 3])
  })

  it('is cancelled by its signal', async () => {
    const handlers = handlersWith({
      'models.download': ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    })
    const api = apiFromPort(portOf(handlers), 'electron')
    const controller = new AbortController()
    const call = api.call('models.download', ['a'], { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    await expect(api.call('models.download', ['a'], { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('is cancelled when the page goes', async () => {
    const client = createClient(
      handlersWith({ 'models.list': ({ signal }) => new Promise((_r, reject) => signal.addEventListener('abort', () => reject(new Error()))) }),
    )
    const call = client.call('1', 'models.list', [], () => undefined)
    client.close()
    expect(await call).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })
})

describe('hostile calls', () => {
  const refused = { ok: false, error: { code: 'bad-input' } }
  const client = createClient(handlersWith({ 'settings.get': () => ({ theme: 'purple', language: 'en' }) as never }))
  const nobody = () => undefined

  it.each([
    ['an unknown channel', 'models.steal', []],
    ['a name of Object.prototype', 'constructor', []],
    ['too few arguments', 'models.bytes', []],
    ['too many arguments', 'models.list', ['x']],
    ['a wrong type', 'models.bytes', [7]],
    ['arguments that are no list', 'models.list', { length: 0 }],
    ['a path for a token', 'files.read', ['/etc/passwd']],
    ['a path for a name', 'files.save', [{ name: '../evil', bytes: new Uint8Array(1) }]],
    ['a name of dots', 'files.save', [{ name: '..', bytes: new Uint8Array(1) }]],
    ['a text for bytes', 'files.save', [{ name: 'a', bytes: 'text' }]],
    ['a setting that does not exist', 'settings.set', [{ theme: 'purple' }]],
  ])('are refused: %s', async (_name, channel, args) => {
    expect(await client.call('1', channel, args, nobody)).toMatchObject(refused)
  })

  it('are refused with an id in use or too many at once', async () => {
    const hanging = createClient(handlersWith({ 'models.list': () => new Promise(() => undefined) }))
    for (let i = 0; i < 64; i++) void hanging.call(`c${i}`, 'models.list', [], nobody)
    expect(await hanging.call('c0', 'models.list', [], nobody)).toMatchObject(refused)
    expect(await hanging.call('new', 'models.list', [], nobody)).toMatchObject(refused)
  })

  it('a result that breaks the contract does not reach the page', async () => {
    expect(await client.call('1', 'settings.get', [], nobody)).toMatchObject({ ok: false, error: { code: 'internal' } })
  })
})

describe('events', () => {
  it('reach listeners until they stop listening, and the early ones wait', () => {
    const port = portOf(handlersWith({}))
    const api = apiFromPort(port, 'electron')
    const seen: string[] = []
    port.emit('menu.command', 'open')
    const stop = api.on('menu.command', (command) => seen.push(command))
    port.emit('menu.command', 'save')
    stop()
    port.emit('menu.command', 'keys')
    expect(seen).toEqual(['open', 'save'])
  })
})
