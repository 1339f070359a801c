/** Weights in files beside the model. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { InspectReport } from '../../../../electron/cli/inspect.ts'
import { ScopeError } from '../../../../engine/base/errors.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { cli, json, temporaryFolder } from '../../cli/harness.ts'
import { externalTensor, type Field, model, node, value } from './write.ts'

const X: Field = [11, 'message', value('x', [1, 2, 4, 4])]
const Y: Field = [12, 'message', value('y', [1, 3, 4, 4])]
const WEIGHT = Float32Array.of(1, 2, 3, 4, 5, 6)
const BIAS = Float32Array.of(7, 8, 9)
const DATA = new Uint8Array(Float32Array.of(...WEIGHT, ...BIAS).buffer)

/** A pointwise convolution of two channels to three. */
function convolution(weight: Readonly<Record<string, string>>, bias: Readonly<Record<string, string>>): Uint8Array {
  return model([node('Conv', ['x', 'w', 'b'], ['y'], 'conv'), externalTensor('w', [3, 2, 1, 1], weight), externalTensor('b', [3], bias), X, Y])
}

const IN_ONE = convolution({ location: 'weights.bin', offset: '0', length: '24' }, { location: 'weights.bin', offset: '24', length: '12' })

describe('weights beside the model', () => {
  it('are read where the tensors say, each file once', async () => {
    const asked: string[] = []
    const beside = async (path: string): Promise<Uint8Array> => {
      asked.push(path)
      return DATA
    }
    const { graph } = await openModel({ name: 'm.onnx', bytes: IN_ONE, beside })
    const dataOf = (name: string) => [...graph.tensors.values()].find((t) => t.name === name)?.data
    expect(dataOf('w')).toEqual(WEIGHT)
    expect(dataOf('b')).toEqual(BIAS)
    expect(asked).toEqual(['weights.bin'])
  })

  it('without offset and length are the whole file, and may lie in a folder', async () => {
    const bytes = convolution({ location: './parts/w.bin' }, { location: 'parts/b.bin' })
    const files: Record<string, Float32Array> = { 'parts/w.bin': WEIGHT, 'parts/b.bin': BIAS }
    const beside = async (path: string): Promise<Uint8Array> => new Uint8Array(files[path]?.buffer ?? new ArrayBuffer(0))
    const { graph } = await openModel({ name: 'm.onnx', bytes, beside })
    expect([...graph.tensors.values()].find((t) => t.name === 'b')?.data).toEqual(BIAS)
  })

  it('are refused in words where the file came alone', async () => {
    const error = await openModel({ name: 'm.onnx', bytes: IN_ONE }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ScopeError)
    expect(error).toMatchObject({ code: 'missing-file', where: 'weights.bin' })
    expect(String(error)).toMatch(/"weights.bin".*both together/)
  })

  it.each(['../weights.bin', '/etc/passwd', 'a/../../b', 'C:weights.bin', 'a\\b', '', 'a//b', 'a\0b'])(
    'never leave the folder: %j',
    async (location) => {
      const bytes = convolution({ location }, { location: 'weights.bin' })
      const beside = (): Promise<Uint8Array> => Promise.reject(new Error('it was read'))
      await expect(openModel({ name: 'm.onnx', bytes, beside })).rejects.toMatchObject({ code: 'bad-input', where: 'w' })
    },
  )

  it.each([
    { location: 'weights.bin', offset: '16', length: '24' },
    { location: 'weights.bin', offset: '-4', length: '24' },
    { location: 'weights.bin', offset: 'many', length: '24' },
    { location: 'weights.bin', offset: '0', length: '1e400' },
    { location: 'weights.bin', offset: '0', length: '20' },
    { location: 'weights.bin', offset: '0', length: '-24' },
  ])('must be there in full: %j', async (entries) => {
    const bytes = convolution(entries, { location: 'weights.bin', offset: '0', length: '12' })
    const beside = async (): Promise<Uint8Array> => DATA.subarray(0, 36)
    await expect(openModel({ name: 'm.onnx', bytes, beside })).rejects.toMatchObject({ code: 'bad-input', where: 'w' })
  })

  it('are found from the command line', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'sub'))
    const path = join(folder, 'sub', 'model.onnx')
    writeFileSync(path, IN_ONE)
    const missing = await cli(['inspect', path])
    expect(missing.code).toBe(3)
    expect(missing.err).toMatch(/^error: .*weights\.bin.*it is not there/)
    writeFileSync(join(folder, 'sub', 'weights.bin'), DATA)
    expect(await json<InspectReport>(['inspect', path])).toMatchObject({ params: 9 })
  })
})
