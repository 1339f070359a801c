/** What of the map is on the page while it is moved: gestures move a finished drawing, and a new one is made when it no longer serves. */
import { type RefObject, startTransition, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Size } from '../kit/size.ts'
import { createZoom, type Transform, type Zoom } from '../kit/zoom.ts'
import type { MapShapes } from './layout.ts'
import { type Box, holds, type Level, levelOf, scalesOf, seenOf, widened } from './view.ts'

/** A drawing of the map. */
export interface Frame {
  readonly level: Level
  readonly k: number
  /** What it holds; more than the window shows. */
  readonly near: Box
}

export interface Frames {
  readonly frame: Frame
  readonly zoom: RefObject<Zoom | null>
}

export interface FramesOptions {
  readonly host: RefObject<HTMLElement | null>
  /** The drawing: it holds `frame.near`, at `frame.k`. */
  readonly drawing: RefObject<HTMLElement | null>
  readonly shapes: MapShapes
  readonly size: Size
  /** Names what is looked at; something else is looked at anew. */
  readonly look: string
  /** Where to look at it first. */
  readonly at: Transform
  /** The window is at `transform`; `covered` is what the drawing shows of the map, null far out, where there is none. */
  readonly onMove: (transform: Transform, covered: Box | null) => void
  /** It has come to rest there. */
  readonly onRest: (transform: Transform) => void
  /** Called as a gesture or a drawing begins; what it returns is called when all has come to rest. */
  readonly hold: () => () => void
}

/** A drawing is used while it is magnified by no more than this. */
const STEP = 1.3
/** How much larger than the window it is, on each side. */
const AROUND = 0.2

export function frameOf(transform: Transform, size: Size): Frame {
  return { level: levelOf(transform.k), k: transform.k, near: widened(seenOf(transform, size), AROUND) }
}

export function useFrames({ host, drawing, shapes, size, look, at, onMove, onRest, hold }: FramesOptions): Frames {
  const zoom = useRef<Zoom | null>(null)
  const [frame, setFrame] = useState<Frame>(() => frameOf(at, size))
  /** On the page, and asked for. */
  const drawn = useRef(frame)
  const wanted = useRef(frame)
  const moving = useRef(false)
  const release = useRef<(() => void) | null>(null)
  const looked = useRef<string | null>(null)
  const now = useRef({ size, at, onMove, onRest, hold })
  now.current = { size, at, onMove, onRest, hold }

  const settle = useCallback(() => {
    const busy = moving.current || drawn.current !== wanted.current
    if (busy) release.current ??= now.current.hold()
    else {
      release.current?.()
      release.current = null
    }
  }, [])
  /** Puts the drawing where it belongs. */
  const place = useCallback(
    ({ k, x, y }: Transform) => {
      const { near, k: own, level } = drawn.current
      if (drawing.current) {
        const scale = k / own
        drawing.current.style.transform = `translate(${x + k * near.x}px, ${y + k * near.y}px)${Math.abs(scale - 1) > 1e-6 ? ` scale(${scale})` : ''}`
      }
      now.current.onMove({ k, x, y }, level === 'stages' || levelOf(k) === 'stages' ? null : near)
    },
    [drawing],
  )
  const draw = useCallback(
    (next: Frame, atOnce: boolean) => {
      wanted.current = next
      settle()
      // While a gesture goes on, a drawing is made in pieces between its frames.
      if (atOnce) setFrame(next)
      else startTransition(() => setFrame(next))
    },
    [settle],
  )
  const follow = useCallback(
    (transform: Transform) => {
      const { size } = now.current
      place(transform)
      const { level, k, near } = wanted.current
      const ratio = transform.k / k
      const serves = levelOf(transform.k) === level && ratio <= STEP && ratio >= 1 / STEP && holds(near, seenOf(transform, size))
      if (!serves) draw(frameOf(transform, size), !moving.current)
    },
    [place, draw],
  )
  const rest = useCallback(() => {
    moving.current = false
    const at = zoom.current?.transform
    if (at) now.current.onRest(at)
    if (at && levelOf(at.k) !== 'stages' && Math.abs(at.k / wanted.current.k - 1) > 0.01) draw(frameOf(at, now.current.size), true)
    settle()
  }, [draw, settle])
  const begin = useCallback(() => {
    moving.current = true
    settle()
  }, [settle])

  useLayoutEffect(() => {
    if (!host.current) return
    const options = { scales: scalesOf(shapes, size), world: shapes, onZoom: follow, onStart: begin, onRest: rest }
    if (!zoom.current) {
      looked.current = look
      zoom.current = createZoom(host.current, options)
      return zoom.current.to(now.current.at)
    }
    zoom.current.update(options)
    if (looked.current === look) return follow(zoom.current.transform)
    looked.current = look
    draw(frameOf(now.current.at, size), true)
    zoom.current.to(now.current.at)
  }, [host, shapes, size, look, follow, begin, rest, draw])
  useEffect(
    () => () => {
      zoom.current?.destroy()
      zoom.current = null
      release.current?.()
      release.current = null
    },
    [],
  )
  useLayoutEffect(() => {
    drawn.current = frame
    if (zoom.current) place(zoom.current.transform)
    settle()
  }, [frame, place, settle])
  return { frame, zoom }
}
