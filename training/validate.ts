/** Top-1 accuracy of a model on a folder of photos, one subfolder per class, by our own decoder, preprocessing and kernels. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { decodeImage } from '../electron/services/images.ts'
import { nodeHost } from '../electron/services/nodePool.ts'
import { classPhotosOf } from '../electron/services/photoFolders.ts'
import {
  badInput,
  classProbabilities,
  createRunner,
  errorFrom,
  fuse,
  makePlan,
  openModel,
  preprocessImage,
  recognise,
  topK,
} from '../engine/index.ts'

/** Classes are the subfolders in the order of their names, as in training/train.py. */
async function validate(modelPath: string, folder: string): Promise<void> {
  const model = await openModel({ name: modelPath, bytes: new Uint8Array(await readFile(modelPath)) })
  const { preprocess } = model
  if (!preprocess) throw badInput(`Model "${modelPath}"`, 'it does not say how a photo becomes its input', 'Convert it with --input and --resize')
  const graph = fuse(recognise(model.graph))
  const runner = await createRunner(makePlan(graph), await nodeHost(resolve(import.meta.dirname, '../..'), 1))
  let photos = 0
  let top1 = 0
  for (const [index, { name, photos: files }] of (await classPhotosOf(folder)).entries()) {
    let right = 0
    for (const file of files) {
      const input = preprocessImage(await decodeImage(file), preprocess)
      const { outputs } = await runner.run([input])
      const [logits] = outputs
      if (logits && topK(classProbabilities(graph, logits), 1)[0]?.index === index) right++
    }
    console.log(`${(model.labels?.[index] ?? name).padEnd(20)} ${right} of ${files.length} (${((100 * right) / files.length).toFixed(2)} %)`)
    photos += files.length
    top1 += right
  }
  await runner.close()
  console.log(`${model.title}, ${runner.backend}: top-1 ${top1} of ${photos} = ${((100 * top1) / photos).toFixed(2)} %`)
}

const { positionals } = parseArgs({ allowPositionals: true })
const [model, folder] = positionals
if (!model || !folder) {
  console.error('usage: npm run validate -- MODEL FOLDER_OR_TAR')
  process.exit(2)
}
try {
  await validate(model, folder)
} catch (thrown) {
  console.error(`error: ${errorFrom(thrown).message}`)
  process.exit(3)
}
