/** A small JSON file of our own in the user's data folder. A damaged one counts as absent: it must not keep the app from opening. */
import type { z } from 'zod'
import { readBounded, writeAtomically } from './diskFile.ts'

const LIMIT = 1024 * 1024

export interface JsonFile<T> {
  read(): Promise<T>
  /** Changes are applied one after another, each to the outcome of the one before. */
  update(change: (value: T) => T): Promise<T>
}

export function jsonFile<T>(path: string, schema: z.ZodType<T>, fallback: T): JsonFile<T> {
  let last: Promise<unknown> = Promise.resolve()

  async function read(): Promise<T> {
    try {
      const text = new TextDecoder().decode(await readBounded(path, LIMIT, 'Settings'))
      const parsed = schema.safeParse(JSON.parse(text))
      return parsed.success ? parsed.data : fallback
    } catch {
      return fallback
    }
  }

  async function change(apply: (value: T) => T): Promise<T> {
    const value = apply(await read())
    await writeAtomically(path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`), 'Settings')
    return value
  }

  return {
    read: () => last.then(read, read),
    update(apply) {
      const done = last.then(
        () => change(apply),
        () => change(apply),
      )
      last = done
      return done
    },
  }
}
