/** Which architecture of the zoo stands for a row of the paper, and what the row's figure adds up. */
import type { Convention } from '../cost/conventions.ts'
import { scaleName } from '../zoo/entry.ts'
import type { DifferenceReason } from './difference.ts'
import { PAPER_TABLES, type PaperRow, V2_PAPER_TABLE } from './tables.ts'

export interface Standing {
  /** Of the zoo. */
  readonly id: string
  /** False where the row is of the network without its channel shuffles. */
  readonly shuffle: boolean
  /** What the figure adds up; null where the paper is not exact about it. */
  readonly counts: 'conv' | 'conv+fc' | null
  /** Why a count may differ although the convention is right. */
  readonly reason: DifferenceReason
}

/** A printed complexity of an architecture. */
export interface Figure {
  readonly row: PaperRow & { readonly mflops: number }
  readonly table: number
  readonly paper: 'v1' | 'v2'
  readonly standing: Standing
}

/** Table 7 is of detectors: of a row's network as the backbone, at each of its image sizes. */
const DETECTION = 7

/** Null where the zoo has nothing that stands for the row. Of a detector, the one at the first of the row's image sizes. */
export function standingOf(table: number, row: PaperRow): Standing | null {
  const [first] = detectorsOf(table, row)
  if (first) return { id: first.id, shuffle: true, counts: 'conv+fc', reason: 'unknown' }
  return FAMILIES[row.family]?.(row, table) ?? null
}

/** The detectors of the zoo that stand for a row of table 7, by the size of the image as the table has it; none for other tables. */
export function detectorsOf(table: number, row: PaperRow): { readonly image: string; readonly id: string }[] {
  const backbone = table === DETECTION ? FAMILIES[row.family]?.(row, table) : null
  return backbone ? Object.keys(row.map ?? {}).map((image) => ({ image, id: `faster-rcnn-${backbone.id}-${Number.parseInt(image, 10)}` })) : []
}

/** What the figures of a table add up, where the row itself does not tell: tables 5, 6 and 8 have the fully connected layers wherever they are exact. */
export function conventionOf(table: number, standing: Standing): Convention {
  const counts = standing.counts ?? (table === 5 || table === 6 || table === 8 ? 'conv+fc' : 'conv')
  return counts === 'conv' ? 'paper' : counts
}

type Of = (row: PaperRow, table: number) => Standing | null

const STRUCTURES: Readonly<Record<string, string>> = {
  'VGG-like': 'vgg-like',
  ResNet: 'resnet-like',
  'Xception-like': 'xception-like',
  ResNeXt: 'resnext-like',
}

const OTHERS: Readonly<Record<string, Standing>> = {
  'VGG-16': { id: 'vgg-16', shuffle: true, counts: 'conv', reason: 'digits' },
  GoogleNet: { id: 'googlenet-bvlc', shuffle: true, counts: null, reason: 'budget' },
  AlexNet: { id: 'alexnet-bvlc', shuffle: true, counts: 'conv+fc', reason: 'digits' },
  SqueezeNet: { id: 'squeezenet-1.0', shuffle: true, counts: null, reason: 'unknown' },
}

const VARIANTS: Readonly<Record<string, string>> = {
  'ShuffleNet 2× (with SE, g=3)': 'shufflenet-v1-g3-2.0x-se',
  'ShuffleNet 0.5× (shallow, g=3)': 'shufflenet-v1-g3-0.5x-shallow',
}

const FAMILIES: Readonly<Record<string, Of>> = {
  shufflenet: (row, table) => shuffleNet(row, table, true),
  noShuffle: (row, table) => shuffleNet(row, table, false),

  mobilenet: ({ scale }) => (scale === null ? null : { id: `mobilenet-v1-${scaleName(scale)}`, shuffle: true, counts: 'conv+fc', reason: 'unknown' }),

  structure({ model, mflops }) {
    const kind = STRUCTURES[model]
    if (kind === undefined || mflops === null) return null
    // Table 1 gives the sizes of the Xception-like network of 140 MFLOPs: it is ShuffleNet with one group.
    const reason = kind === 'xception-like' && mflops === 140 ? 'nominal' : 'fitted'
    return { id: `${kind}-${mflops}m`, shuffle: true, counts: 'conv', reason }
  },

  variant({ model }) {
    const id = VARIANTS[model]
    return id === undefined ? null : { id, shuffle: true, counts: 'conv+fc', reason: 'fitted' }
  },

  other: ({ model }) => OTHERS[model] ?? null,
}

function shuffleNet({ groups, scale }: PaperRow, table: number, shuffle: boolean): Standing | null {
  if (groups === null || scale === null) return null
  const id = `shufflenet-v1-g${groups}-${scaleName(scale)}`
  if (table === 1) return { id, shuffle, counts: 'conv', reason: 'unknown' }
  if (scale > 1) return { id, shuffle, counts: 'conv+fc', reason: 'unknown' }
  // Below 1x, the widths of these groups do not divide as the paper scales them.
  const rounded = scale < 1 && groups !== 1 && groups !== 3
  return { id, shuffle, counts: null, reason: rounded ? 'rounding' : 'nominal' }
}

/** Tables that say the same of ShuffleNet as one before them are left out. */
const OF_V1 = [1, 2]
const OF_V1_WIDE = [1, 2, 5]
const OF_OTHERS = [4, 5, 6]

/** Complexities that are printed for a ShuffleNet v1 of the paper's widths. */
export function figuresOfV1(groups: number, scale: number): Figure[] {
  return figuresIn(scale > 1 ? OF_V1_WIDE : OF_V1, `shufflenet-v1-g${groups}-${scaleName(scale)}`)
}

/** Complexities that are printed for any other architecture of the zoo; none for an id that is not of the zoo. */
export function figuresOfZoo(id: string): Figure[] {
  const v2 = /^shufflenet-v2-(megvii|torchvision)-([\d.]+)x$/.exec(id)
  if (!v2) return figuresIn(OF_OTHERS, id)
  const standing: Standing = { id, shuffle: true, counts: 'conv+fc', reason: v2[1] === 'torchvision' ? 'topology' : 'unknown' }
  const rows = V2_PAPER_TABLE.points.filter((r) => r.scale === Number(v2[2])).filter(hasMflops)
  return rows.map((row) => ({ row, table: V2_PAPER_TABLE.table, paper: 'v2', standing }))
}

function figuresIn(tables: readonly number[], id: string): Figure[] {
  return PAPER_TABLES.filter(({ table }) => tables.includes(table)).flatMap(({ table, points }) =>
    points.filter(hasMflops).flatMap((row): Figure[] => {
      const standing = standingOf(table, row)
      return standing?.id === id && standing.shuffle ? [{ row, table, paper: 'v1', standing }] : []
    }),
  )
}

function hasMflops(row: PaperRow): row is Figure['row'] {
  return row.mflops !== null
}
