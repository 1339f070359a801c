/** The files that are mutated: one of every format that can be opened, small enough to be read thousands of times. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildZooModel, writeBundle, writeOnnx } from '../../engine/index.ts'

export interface Specimen {
  readonly name: string
  readonly kind: 'model' | 'image'
  readonly bytes: Uint8Array
  /** Of a model in two files, the other one, which is left as it is: the weights of "x.param", the layers of "x.bin". Without, a file is opened alone. */
  readonly other?: Uint8Array
}

const ROOT = resolve(import.meta.dirname, '../..')
const FOLDERS: readonly { path: string; kind: Specimen['kind']; pattern: RegExp }[] = [
  { path: 'test/fixtures/checkpoints', kind: 'model', pattern: /\.(pth|pt|tar|safetensors)$/ },
  { path: 'test/fixtures/programs', kind: 'model', pattern: /\.pt2?$/ },
  { path: 'test/fixtures/onnx', kind: 'model', pattern: /\.onnx$/ },
  { path: 'test/fixtures/quantised', kind: 'model', pattern: /\.onnx$/ },
  { path: 'test/fixtures/tflite', kind: 'model', pattern: /\.tflite$/ },
  { path: 'assets/models', kind: 'model', pattern: /\.safetensors$/ },
  { path: 'assets/samples', kind: 'image', pattern: /\.(jpe?g|png|webp)$/ },
]
/** Models of two files: the endings of layers and weights, and whether the weights can be opened alone as well. */
const PAIRS = [
  { path: 'test/fixtures/ncnn', layers: '.param', weights: '.bin', whole: false },
  { path: 'test/fixtures/caffe', layers: '.prototxt', weights: '.caffemodel', whole: true },
] as const
/** Real files beside the repository, where they are at hand. */
const SHARED = [
  'models/light_shufflenet.onnx',
  'models/FastestDet.onnx',
  'models/shufflenetv1_g3_0.5x.pth.tar',
  'photos/n02992529_cellular_telephone.JPEG',
]

export function corpus(): Specimen[] {
  const tiny = buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: 32, classes: 4 })
  const made: Specimen[] = [
    { name: 'tiny.safetensors', kind: 'model', bytes: writeBundle(tiny) },
    { name: 'tiny.onnx', kind: 'model', bytes: writeOnnx(tiny.graph) },
  ]
  const kept = FOLDERS.flatMap(({ path, kind, pattern }) =>
    list(join(ROOT, path)).flatMap((name) => (pattern.test(name) ? [{ name, kind, bytes: read(join(ROOT, path, name)) }] : [])),
  )
  const pairs = PAIRS.flatMap(({ path, layers, weights, whole }) =>
    list(join(ROOT, path)).flatMap((name): Specimen[] => {
      const stem = name.slice(0, name.lastIndexOf('.'))
      const [text, stored] = [read(join(ROOT, path, `${stem}${layers}`)), maybe(join(ROOT, path, `${stem}${weights}`))]
      if (name.endsWith(weights) && stored) {
        const alone: Specimen[] = whole ? [{ name, kind: 'model', bytes: stored }] : []
        return [{ name, kind: 'model', bytes: stored, other: text }, ...alone]
      }
      return name.endsWith(layers) ? [{ name, kind: 'model', bytes: text, ...(stored ? { other: stored } : {}) }] : []
    }),
  )
  const shared = SHARED.flatMap((name): Specimen[] => {
    try {
      return [{ name, kind: name.startsWith('photos/') ? 'image' : 'model', bytes: read(join(ROOT, '../shared', name)) }]
    } catch {
      return []
    }
  })
  return [...made, ...kept, ...pairs, ...shared]
}

function list(path: string): string[] {
  try {
    return readdirSync(path).sort()
  } catch {
    return []
  }
}

function maybe(path: string): Uint8Array | undefined {
  return existsSync(path) ? read(path) : undefined
}

function read(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path))
}
