/** A fresh process: from opening the bundled model's file to its first answer on a sample photo, then a second and many more. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { decodeImage } from '../../electron/services/images.ts'
import { nodeHost } from '../../electron/services/nodePool.ts'
import { createRunner, fuse, makePlan, openModel, preprocessImage, recognise } from '../../engine/index.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NAME = 'shufflenet-v1-g3-0.5x-imagenette.safetensors'
const STEADY = 40

const photo = (name: string) => decodeImage(join(ROOT, 'assets/samples', name))

const pixels = await photo('cat.jpg')
const other = await photo('coffee.jpg')
const loading = performance.now()
const [bytes, host] = await Promise.all([readFile(join(ROOT, 'assets/models', NAME)), nodeHost(ROOT, Number(process.argv[2] ?? 1))])
const model = await openModel({ name: NAME, bytes })
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
process.stdout.write(JSON.stringify({ first, fromStart: end, second, steady }), () => process.exit(0))
