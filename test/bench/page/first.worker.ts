/** A fresh worker: from opening the bundled model's file to its first answer on a sample photo, then a second and many more. */
import bundle from '../../../assets/models/shufflenet-v1-g3-0.5x-imagenette.safetensors?url'
import cat from '../../../assets/samples/cat.jpg?url'
import coffee from '../../../assets/samples/coffee.jpg?url'
import { createRunner, fuse, makePlan, openModel, preprocessImage, recognise } from '../../../engine/index.ts'
import { runnerHost } from '../../../renderer/workers/host.ts'
import { decodePhoto } from '../../../renderer/workers/photo.ts'
import { type FirstRun, serve } from './messages.ts'

const STEADY = 40

async function bytesOf(url: string) {
  return new Uint8Array(await (await fetch(url)).arrayBuffer())
}

async function photo(url: string) {
  return (await decodePhoto(await (await fetch(url)).blob(), url, new AbortController().signal)).pixels
}

serve<number, FirstRun>(async (threads) => {
  const pixels = await photo(cat)
  const other = await photo(coffee)
  const loading = performance.now()
  const [bytes, host] = await Promise.all([bytesOf(bundle), runnerHost(threads)])
  const model = await openModel({ name: 'bundle.safetensors', bytes })
  const { preprocess } = model
  if (!preprocess) throw new Error('the bundled model has no preprocessing')
  const runner = await createRunner(makePlan(fuse(recognise(model.graph))), host)
  await runner.run([preprocessImage(pixels, preprocess)])
  const end = performance.now()
  const first = end - loading
  // As the application does while the first answer is looked at.
  await runner.warmUp()
  const second = (await runner.run([preprocessImage(other, preprocess)])).ms
  const input = preprocessImage(pixels, preprocess)
  const steady: number[] = []
  for (let i = 0; i < 2 * STEADY; i++) {
    const { ms } = await runner.run([input])
    if (i >= STEADY) steady.push(ms)
  }
  return { first, fromStart: end, second, steady }
})
