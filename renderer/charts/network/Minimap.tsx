/** The whole map, small, with the window's place on it: dragging the place moves the window. */
import { type PointerEvent, type RefObject, useEffect, useImperativeHandle, useRef } from 'react'
import type { Size } from '../kit/size.ts'
import { cellColours, drawCells } from './cells.ts'
import type { MapShapes } from './layout.ts'
import { type Box, holds } from './view.ts'

const WIDTH = 148
const MOST_HEIGHT = 112

export interface MinimapHandle {
  show(seen: Box): void
}

export interface MinimapProps {
  readonly shapes: MapShapes
  /** Changes with the colours. */
  readonly theme: string
  readonly handle: RefObject<MinimapHandle | null>
  /** Moves this point of the map to the middle of the window. */
  readonly onCentre: (x: number, y: number) => void
}

export function minimapSize(world: Size): Size & { readonly k: number } {
  const k = Math.min(WIDTH / world.width, MOST_HEIGHT / world.height)
  return { k, width: Math.round(world.width * k), height: Math.round(world.height * k) }
}

export function Minimap({ shapes, theme, handle, onCentre }: MinimapProps) {
  const { k, width, height } = minimapSize(shapes)
  const root = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const place = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !canvas.current) return
    const all = { x: 0, y: 0, width: shapes.width, height: shapes.height }
    const pixels = devicePixelRatio
    drawCells(
      context,
      pixels,
      { shapes, transform: { k, x: 0, y: 0 }, seen: all, covered: null, selected: null, tracing: false },
      cellColours(canvas.current),
    )
  }, [shapes, k, theme])

  useImperativeHandle(
    handle,
    () => ({
      show(seen) {
        if (!place.current || !root.current) return
        root.current.hidden = holds(seen, { x: 0, y: 0, width: shapes.width, height: shapes.height })
        const [left, top] = [clamp(seen.x * k, width), clamp(seen.y * k, height)]
        const right = clamp((seen.x + seen.width) * k, width)
        const bottom = clamp((seen.y + seen.height) * k, height)
        place.current.style.transform = `translate(${left}px, ${top}px)`
        place.current.style.width = `${Math.max(right - left, 4)}px`
        place.current.style.height = `${Math.max(bottom - top, 4)}px`
      },
    }),
    [shapes, k, width, height],
  )

  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId)
    else if (event.buttons === 0) return
    const { left, top } = event.currentTarget.getBoundingClientRect()
    onCentre((event.clientX - left - 1) / k, (event.clientY - top - 1) / k)
  }
  return (
    <div
      className="minimap"
      ref={root}
      hidden
      aria-hidden="true"
      style={{ width: width + 2, height: height + 2 }}
      onPointerDown={move}
      onPointerMove={move}
    >
      <canvas ref={canvas} width={width * devicePixelRatio} height={height * devicePixelRatio} style={{ width, height }} />
      <div className="minimap-place" ref={place} />
    </div>
  )
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most)
}
