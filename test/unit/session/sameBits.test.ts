/** Threads cut work and never sums: the same bits every time, on any number of threads. */
import { expect, it } from 'vitest'
import { createRunner, type HostTensor } from '../../../engine/index.ts'
import { type Case, hostOf, zooCase } from './helpers.ts'

const RUNS = 1000

function sameBits(a: HostTensor | undefined, b: HostTensor | undefined): boolean {
  if (!(a?.data instanceof Float32Array && b?.data instanceof Float32Array) || a.data.length !== b.data.length) return false
  const [x, y] = [a.data, b.data].map((d) => new Int32Array(d.buffer, d.byteOffset, d.length))
  return x?.every((bits, i) => bits === y?.[i]) === true
}

async function outputOn(threads: number, { plan, input }: Case): Promise<HostTensor | undefined> {
  const runner = await createRunner(plan, await hostOf(threads))
  try {
    return (await runner.run([input])).outputs[0]
  } finally {
    await runner.close()
  }
}

it(`${RUNS} runs on two threads give the bits of one thread`, async () => {
  const network = zooCase('shufflenet-v1-g3-0.5x', 224)
  const expected = await outputOn(1, network)
  expect(expected?.data.some((v) => v !== 0 && Number.isFinite(v))).toBe(true)
  const runner = await createRunner(network.plan, await hostOf(2))
  for (let i = 0; i < RUNS; i++) {
    const { outputs } = await runner.run([network.input])
    if (!sameBits(outputs[0], expected)) expect.fail(`run ${i} gives other bits`)
  }
  await runner.close()
  expect(sameBits(await outputOn(3, network), expected)).toBe(true)
})

it('bits do not depend on threads in other families either', async () => {
  for (const id of ['shufflenet-v1-g8-1.0x', 'shufflenet-v2-torchvision-1.0x', 'mobilenet-v1-0.5x', 'squeezenet-1.1']) {
    const network = zooCase(id, 96)
    const expected = await outputOn(1, network)
    for (const threads of [2, 3]) expect(sameBits(await outputOn(threads, network), expected), `${id} on ${threads} threads`).toBe(true)
  }
})
