/** What of the map is in view: levels of detail, the first look, the way to a place, and what need not be drawn. */
import type { Size } from '../kit/size.ts'
import type { Transform } from '../kit/zoom.ts'
import { MARGIN } from './layout.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Far out, stages as blocks; then units with their pictures; close, the ops inside of them. */
export type Level = 'stages' | 'units' | 'ops'

/** Below this the words of a unit cannot be read. */
export const UNITS_FROM = 0.62
/** From here there is room for ops inside of a unit. */
export const OPS_FROM = 2.2
export const MOST = 16
/** A map that is a little larger than its window is shown from its top; a much larger one as a whole. */
const WHOLE_BELOW = 0.5

export function levelOf(k: number): Level {
  return k < UNITS_FROM ? 'stages' : k < OPS_FROM ? 'units' : 'ops'
}

/** The whole map in the window, not magnified. */
export function fitted(world: Size, window: Size): Transform {
  const k = Math.min(1, window.width / world.width, window.height / world.height)
  return { k, x: (window.width - k * world.width) / 2, y: k < 1 ? (window.height - k * world.height) / 2 : 0 }
}

export function firstLook(world: Size, window: Size): Transform {
  const whole = fitted(world, window)
  return whole.k >= WHOLE_BELOW && whole.k < 1 ? { k: 1, x: Math.max(0, (window.width - world.width) / 2), y: 0 } : whole
}

/** Least and most magnification. */
export function scalesOf(world: Size, window: Size): readonly [number, number] {
  return [Math.min(fitted(world, window).k * 0.8, UNITS_FROM * 0.8), MOST]
}

/** A box of the map in the middle of the window, filling `share` of it, magnified at most `most` times. */
export function closeTo(box: Box, window: Size, share: number, most: number = MOST): Transform {
  const k = Math.min(most, (share * window.width) / box.width, (share * window.height) / box.height)
  return { k, x: window.width / 2 - k * (box.x + box.width / 2), y: window.height / 2 - k * (box.y + box.height / 2) }
}

/** The least move that brings a box into the window; the same transform where it is in it. */
export function broughtIn(box: Box, { k, x, y }: Transform, window: Size): Transform {
  return {
    k,
    x: x + moveInto(k * box.x + x, k * box.width, window.width),
    y: y + moveInto(k * box.y + y, k * box.height, window.height),
  }
}

function moveInto(start: number, length: number, room: number): number {
  const pad = Math.min(MARGIN, Math.max(0, (room - length) / 2))
  if (start < pad) return length > room ? Math.min(0, room - pad - start - length) + Math.max(0, pad - start) : pad - start
  return start + length > room - pad && length <= room ? room - pad - start - length : 0
}

/** What of the map the window shows. */
export function seenOf({ k, x, y }: Transform, window: Size): Box {
  return { x: -x / k, y: -y / k, width: window.width / k, height: window.height / k }
}

/** Larger by `share` of it on every side. */
export function widened({ x, y, width, height }: Box, share: number): Box {
  return { x: x - share * width, y: y - share * height, width: width * (1 + 2 * share), height: height * (1 + 2 * share) }
}

export function holds(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height
  )
}

export function meets(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}
