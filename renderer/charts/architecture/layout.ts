/** A network in small: a row of units per stage, as high as the stage is wide, each with its groups and its shuffle as on the map. */
import type { Size } from '../kit/size.ts'
import type { MapItem } from '../network/layout.ts'
import { PICTURE_TOP, pictureOf } from '../network/picture.ts'

export interface ArchitectureStage {
  readonly key: string
  readonly label: string
  /** Channels and size of the feature map, in words. */
  readonly detail: string
  readonly channels: number
  readonly units: number
  readonly groups: number
  readonly shuffle: boolean
}

/** One picture, drawn once and used by every unit that looks like it; its own corner is the origin. */
export interface UnitPicture {
  readonly key: string
  readonly parts: readonly { readonly group: number | null; readonly part: 'bar' | 'ribbon'; readonly d: string }[]
}

export interface UnitShape {
  readonly key: string
  readonly stage: number
  /** From 1. */
  readonly unit: number
  readonly picture: string
  readonly x: number
  readonly y: number
  /** By how much the picture is stretched from top to bottom. */
  readonly stretch: number
}

export interface StageShape {
  readonly stage: ArchitectureStage
  readonly middle: number
}

export interface ArchitectureShapes {
  readonly height: number
  readonly unitWidth: number
  readonly pictures: readonly UnitPicture[]
  readonly units: readonly UnitShape[]
  readonly stages: readonly StageShape[]
  readonly arrows: readonly string[]
}

/** Room for a stage's name and size. */
export const LABEL = 132
const GAP = 8
/** Between units that have little room themselves. */
const SMALL_GAP = 4
const ROOMY = 22
const WIDEST = 52
const NARROWEST = 14
/** The map's picture is this high, and this far from the sides of its unit. */
const PICTURE = 36
const PAD = 8
const TALLEST = 44
const LOWEST = 14
const ROW_GAP = 10

export function architectureLayout(stages: readonly ArchitectureStage[], { width }: Pick<Size, 'width'>): ArchitectureShapes {
  const most = Math.max(1, ...stages.map((s) => s.units))
  const widest = Math.max(1, ...stages.map((s) => s.channels))
  const fitting = (between: number): number => Math.floor((width - LABEL + between) / most) - between
  const gap = fitting(GAP) >= ROOMY ? GAP : SMALL_GAP
  const unitWidth = Math.max(NARROWEST, Math.min(WIDEST, fitting(gap)))
  const pictures = new Map<string, UnitPicture>()
  const units: UnitShape[] = []
  const shapes: StageShape[] = []
  const arrows: string[] = []
  let y = 2
  for (const [s, stage] of stages.entries()) {
    const height = LOWEST + (TALLEST - LOWEST) * (stage.channels / widest)
    const middle = y + height / 2
    shapes.push({ stage, middle: r(middle) })
    for (let u = 0; u < stage.units; u++) {
      const stride = u === 0 ? 2 : 1
      const key = `g${stage.groups}-${stage.shuffle ? 'shuffled' : 'plain'}-${stride}`
      if (!pictures.has(key)) pictures.set(key, { key, parts: partsOf(stage, stride, unitWidth) })
      const x = LABEL + u * (unitWidth + gap)
      units.push({ key: `${stage.key}/unit${u + 1}`, stage: s, unit: u + 1, picture: key, x, y: r(y), stretch: r(height / PICTURE, 100) })
      if (u > 0) arrows.push(`M${x - gap + 1} ${r(middle)}H${x - 1}`)
    }
    y += height + ROW_GAP
  }
  return { height: Math.ceil(y - ROW_GAP + 2), unitWidth, pictures: [...pictures.values()], units, stages: shapes, arrows }
}

/** The picture of the map with all ribbons and bars of one group as one path. */
function partsOf({ groups, shuffle }: ArchitectureStage, stride: number, width: number): UnitPicture['parts'] {
  const item: MapItem = {
    key: '',
    kind: 'unit',
    label: '',
    groups,
    stride,
    shuffleGroups: shuffle && groups > 1 ? groups : null,
    join: null,
    channelsIn: 0,
    channelsOut: 0,
    cost: null,
    costText: '',
    costWords: '',
    next: [],
  }
  const merged = new Map<string, { group: number | null; part: 'bar' | 'ribbon'; d: string }>()
  for (const { group, part, d } of pictureOf({ item, x: -PAD, y: -PICTURE_TOP, width: width + 2 * PAD })) {
    const known = merged.get(`${part} ${group}`)
    if (known) known.d += d
    else merged.set(`${part} ${group}`, { group, part, d })
  }
  // Bars lie on their ribbons.
  return [...merged.values()].sort((a, b) => Number(a.part === 'bar') - Number(b.part === 'bar'))
}

function r(value: number, steps = 10): number {
  return Math.round(value * steps) / steps
}
