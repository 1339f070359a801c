import { describe, expect, it } from 'vitest'
import type { ModelRow } from '../../../electron/cli/models.ts'
import { CATALOGUE, ZOO } from '../../../engine/index.ts'
import { cli, json } from './harness.ts'

describe('models', () => {
  it('lists everything that can be given as a model, with the documented fields alone', async () => {
    const rows = await json<ModelRow[]>(['models'])
    for (const row of rows) expect(Object.keys(row).sort()).toEqual(['classes', 'id', 'kind', 'name', 'params'])
    const ids = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.id)
    expect(ids('zoo')).toEqual(ZOO.map((entry) => entry.id))
    expect(ids('catalogue')).toEqual(CATALOGUE.map((entry) => entry.id))
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length)
    expect(rows.find((row) => row.id === 'shufflenet-v1-g3-1.0x')).toMatchObject({ kind: 'zoo', classes: 1000 })
  })

  it('prints a table for people', async () => {
    const { code, out } = await cli(['models'])
    expect(code).toBe(0)
    expect(out).toMatch(/^id +name +kind +params +classes\n-+/)
    expect(out).toMatch(/shufflenet-v1-g3-1\.0x +ShuffleNet v1 1\.0x \(g=3\) +zoo +1\.8\d M +1000/)
  })

  it('says that weights of the catalogue must be downloaded first', async () => {
    const id = CATALOGUE[0]?.id ?? ''
    expect(await cli(['inspect', id])).toMatchObject({ code: 3, err: expect.stringMatching(/not downloaded yet/) })
  })
})
