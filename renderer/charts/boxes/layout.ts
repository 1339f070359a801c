/** Boxes over a photo, each with a tag that says what it is: places in the pixels of the picture as it is shown. */
import type { Size } from '../kit/size.ts'

export interface BoxItem {
  /** Unique among the boxes; the place in the list, highest score first. */
  readonly key: number
  /** Left, top, right, bottom in pixels of the photo. */
  readonly box: readonly [number, number, number, number]
  readonly text: string
  /** Which of the hues of groups it has. */
  readonly hue: number
  /** Of the second of two detectors. */
  readonly isDashed?: boolean
}

export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface BoxShape extends Place {
  readonly key: number
  readonly hue: number
  readonly isDashed: boolean
  readonly text: string
  readonly tag: Place
}

const TAG_HEIGHT = 18
const TAG_SIDES = 10
/** Advance of a letter of the tag, a little more than most have; letters of Chinese are square. */
const LETTER = 6.9
const SQUARE = 12
const FIRST_SQUARE = 0x2e80

function roomFor(text: string): number {
  let room = TAG_SIDES
  for (const letter of text) room += (letter.codePointAt(0) ?? 0) >= FIRST_SQUARE ? SQUARE : LETTER
  return Math.ceil(room)
}

/** `photo` in its own pixels, `size` of the picture. Tags stay inside of the picture and, as far as there is room, apart. */
export function boxesLayout(items: readonly BoxItem[], photo: Size, size: Size): BoxShape[] {
  const [across, down] = [size.width / photo.width, size.height / photo.height]
  const tags: Place[] = []
  return items.map(({ key, box, text, hue, isDashed = false }) => {
    const [left, top, right, bottom] = box
    const shape = { x: left * across, y: top * down, width: (right - left) * across, height: (bottom - top) * down }
    const tag = tagFor(shape, roomFor(text), size, tags)
    tags.push(tag)
    return { key, hue, isDashed, text, ...shape, tag }
  })
}

/** Above the box, else inside at its top, else below it, at its left or its right: where it hides no other tag. */
function tagFor(box: Place, wanted: number, size: Size, others: readonly Place[]): Place {
  const width = Math.min(wanted, size.width)
  const height = TAG_HEIGHT
  const within = (value: number, most: number) => Math.min(Math.max(value, 0), Math.max(most, 0))
  const places = [box.y - height, box.y, box.y + box.height, box.y + box.height - height].flatMap((y) =>
    [box.x, box.x + box.width - width].map((x) => ({ x: within(x, size.width - width), y: within(y, size.height - height), width, height })),
  )
  return places.find((place) => !others.some((other) => overlaps(place, other))) ?? (places[0] as Place)
}

function overlaps(a: Place, b: Place): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/** The smallest box that holds the point, so that one inside another can be pointed at; undefined where there is none. */
export function boxAt(shapes: readonly BoxShape[], x: number, y: number): number | undefined {
  const holds = (p: Place) => x >= p.x && x <= p.x + p.width && y >= p.y && y <= p.y + p.height
  const held = shapes.filter((s) => holds(s) || holds(s.tag))
  return held.sort((a, b) => a.width * a.height - b.width * b.height)[0]?.key
}
