/** Works through a range of seeds in a process of its own; the parent watches for silence, size and death. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { nodeHost } from '../../electron/services/nodePool.ts'
import { corpus } from './corpus.ts'
import { mutate } from './mutate.ts'
import { tryFile } from './tryFile.ts'

const text = (otherwise: string) => ({ type: 'string', default: otherwise }) as const
const { values } = parseArgs({ options: { from: text('0'), to: text('100'), only: text('') } })
const specimens = corpus().filter(({ name }) => new RegExp(values.only).test(name))
const host = await nodeHost(resolve(import.meta.dirname, '../..'), 1)
for (let seed = Number(values.from); seed < Number(values.to); seed++) {
  const original = specimens[seed % specimens.length]
  if (!original) break
  process.send?.({ begin: seed, name: original.name })
  const start = performance.now()
  let outcome: string
  try {
    outcome = await tryFile({ ...original, bytes: mutate(original.bytes, seed) }, host)
  } catch (thrown) {
    outcome = `untyped: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`
  }
  process.send?.({ seed, name: original.name, outcome, ms: performance.now() - start, rss: process.memoryUsage().rss })
}
process.disconnect?.()
process.exit(0)
