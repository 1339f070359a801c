/** The list of models: bundled, downloaded and in the catalogue; and their bytes. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ModelsService, modelsService, type WeightsSource } from '../../../../electron/services/models.ts'
import { buildZooModel, parameterCount, writeBundle } from '../../../../engine/index.ts'
import { temporaryFolder } from '../folder.ts'
import { weightsServer } from './weightsServer.ts'

const root = temporaryFolder()
const server = weightsServer()
const body = new TextEncoder().encode('weights '.repeat(2000))
const sha256Prefix = createHash('sha256').update(body).digest('hex').slice(0, 10)

const net = buildZooModel('shufflenet-v1-g3-0.25x', { classes: 10, inputSize: 64 })
const bundle = writeBundle(net)

let models: ModelsService
let count = 0
const nobody = () => undefined
const signal = () => new AbortController().signal

beforeEach(() => {
  const folder = join(root, String(++count))
  const assets = join(folder, 'assets')
  mkdirSync(join(assets, 'models'), { recursive: true })
  writeFileSync(join(assets, 'models', 'small.safetensors'), bundle)
  writeFileSync(join(assets, 'models', 'small-other.safetensors'), bundle)
  writeFileSync(join(assets, 'models', 'damaged.safetensors'), new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255, 1]))
  writeFileSync(join(assets, 'models', 'README.md'), 'not a model')
  const source: WeightsSource = {
    id: 'remote',
    name: 'Remote net',
    url: server.url('files/remote-net.pth'),
    sha256Prefix,
    size: null,
    params: 12,
    classes: 1000,
    source: 'a local server',
  }
  models = modelsService({ assets, userData: join(folder, 'user'), catalogue: [source], fetch, silenceMs: 2000 })
  server.behave({ body })
})

describe('models', () => {
  it('lists what is bundled in the order of the ids, by its own words, and the catalogue', async () => {
    expect(await models.list()).toMatchObject([
      { id: 'damaged', name: 'damaged', kind: 'bundled', params: null },
      { id: 'small', name: net.title, kind: 'bundled', params: parameterCount(net.graph), classes: 10, size: bundle.length },
      { id: 'small-other', name: net.title, kind: 'bundled' },
      { id: 'remote', name: 'Remote net', kind: 'catalogue', params: 12, classes: 1000, size: null, partial: 0 },
    ])
  })

  it('reads a bundled model', async () => {
    const { name, bytes } = await models.bytes('small')
    expect(name).toBe('small.safetensors')
    expect(Buffer.compare(bytes, bundle)).toBe(0)
  })

  it('downloads, reads and removes', async () => {
    await expect(models.bytes('remote')).rejects.toMatchObject({ code: 'bad-input', hint: 'Download it first' })
    expect(await models.download('remote', signal(), nobody)).toMatchObject({ kind: 'downloaded', size: body.length })
    const { name, bytes } = await models.bytes('remote')
    expect([name, Buffer.compare(bytes, body)]).toEqual(['remote-net.pth', 0])
    await models.remove('remote')
    expect((await models.list()).at(-1)).toMatchObject({ kind: 'catalogue', size: null })
  })

  it('lists how much of an interrupted download there is', async () => {
    server.behave({ body, cut: 4000 })
    await expect(models.download('remote', signal(), nobody)).rejects.toMatchObject({ code: 'device' })
    expect((await models.list()).at(-1)).toMatchObject({ kind: 'catalogue', partial: 4000 })
    await models.remove('remote')
    expect((await models.list()).at(-1)).toMatchObject({ partial: 0 })
  })

  it('does not download the same weights twice at once, nor remove them meanwhile', async () => {
    server.behave({ body, stall: 4000 })
    const controller = new AbortController()
    const first = models.download('remote', controller.signal, nobody)
    await expect(models.download('remote', signal(), nobody)).rejects.toMatchObject({ why: 'it is being downloaded already' })
    await expect(models.remove('remote')).rejects.toMatchObject({ why: 'it is being downloaded' })
    controller.abort()
    await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  })

  it.each(['nothing', '../small', 'small.safetensors', 'constructor'])('refuses the id %s', async (id) => {
    await expect(models.bytes(id)).rejects.toMatchObject({ code: 'bad-input' })
    await expect(models.download(id, signal(), nobody)).rejects.toMatchObject({ code: 'bad-input' })
  })
})
