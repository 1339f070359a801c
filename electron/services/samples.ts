/** The photos that come with the application, with the credits that their licences ask for (`assets/samples/samples.json`). */
import { join } from 'node:path'
import { z } from 'zod'
import { badInput } from '../../engine/index.ts'
import { type NamedBytes, type Sample, sampleSchema } from '../ipc/contract.ts'
import { readBounded } from './diskFile.ts'

const entrySchema = sampleSchema.extend({
  file: z
    .string()
    .regex(/^[\w-][\w.-]*$/)
    .max(200),
})
const listSchema = z.array(entrySchema).max(200)

const MAX_LIST = 1024 * 1024
const MAX_PHOTO = 64 * 1024 * 1024

export interface SamplesService {
  list(): Promise<Sample[]>
  bytes(id: string): Promise<NamedBytes>
}

export function samplesService(assets: string): SamplesService {
  const folder = join(assets, 'samples')

  async function entries(): Promise<z.infer<typeof listSchema>> {
    const text = new TextDecoder().decode(await readBounded(join(folder, 'samples.json'), MAX_LIST, 'Sample photos'))
    try {
      return listSchema.parse(JSON.parse(text))
    } catch {
      throw badInput('Sample photos', 'their list is damaged', 'Install the application again')
    }
  }

  return {
    async list() {
      return (await entries()).map(({ file: _file, ...sample }) => sample)
    },
    async bytes(id) {
      const entry = (await entries()).find((sample) => sample.id === id)
      if (!entry) throw badInput('Sample photo', `there is none called "${id}"`, 'Choose one of the list')
      return { name: entry.file, bytes: await readBounded(join(folder, entry.file), MAX_PHOTO, entry.title) }
    },
  }
}
