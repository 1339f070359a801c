/** Pan and zoom of an element: d3-zoom wrapped once, as create, update and destroy. What is marked `data-zoom="off"` in it is left alone. */
import { easeCubicInOut, select, type ZoomTransform, zoom, zoomIdentity, zoomTransform } from 'd3'
import type { Size } from './size.ts'

/** A point (x, y) of the world is drawn at (k * x + x0, k * y + y0); here x and y are that offset. */
export interface Transform {
  readonly k: number
  readonly x: number
  readonly y: number
}

export interface ZoomOptions {
  /** Least and most magnification. */
  readonly scales: readonly [number, number]
  /** Size of the world; half a window of nothing may be seen around it. */
  readonly world: Size
  readonly onZoom: (transform: Transform) => void
  /** A gesture or an animated way begins, and has come to its end. */
  readonly onStart?: () => void
  readonly onRest?: () => void
}

export interface Zoom {
  update(options: ZoomOptions): void
  readonly transform: Transform
  /** Goes there, on the way where `animated` and motion is not to be reduced. */
  to(transform: Transform, animated?: boolean): void
  /** Magnifies about the middle of the element. */
  by(factor: number): void
  /** Moves what is seen by that many pixels. */
  pan(dx: number, dy: number): void
  destroy(): void
}

const DURATION_MS = 320

export function createZoom(element: HTMLElement, first: ZoomOptions): Zoom {
  let options = first
  const selection = select<HTMLElement, unknown>(element)
  const behaviour = zoom<HTMLElement, unknown>()
    .clickDistance(4)
    .filter((event: MouseEvent) => (!event.ctrlKey || event.type === 'wheel') && !event.button && !isOff(event.target))
    .on('zoom', (event: { transform: ZoomTransform }) => options.onZoom(plain(event.transform)))
    .on('start', () => options.onStart?.())
    .on('end', () => options.onRest?.())
  const apply = () => {
    const { clientWidth: width, clientHeight: height } = element
    behaviour.scaleExtent([...options.scales]).translateExtent([
      [-width / 2 / options.scales[0], -height / 2 / options.scales[0]],
      [options.world.width + width / 2 / options.scales[0], options.world.height + height / 2 / options.scales[0]],
    ])
  }
  apply()
  selection.call(behaviour).on('dblclick.zoom', null)
  const moving = (animated: boolean) => animated && !matchMedia('(prefers-reduced-motion: reduce)').matches
  return {
    update(next) {
      options = next
      apply()
    },
    get transform() {
      return plain(zoomTransform(element))
    },
    to({ k, x, y }, animated = false) {
      const target = zoomIdentity.translate(x, y).scale(k)
      selection.interrupt()
      if (moving(animated)) selection.transition().duration(DURATION_MS).ease(easeCubicInOut).call(behaviour.transform, target)
      else selection.call(behaviour.transform, target)
    },
    by(factor) {
      selection.interrupt()
      if (moving(true)) selection.transition().duration(180).call(behaviour.scaleBy, factor)
      else selection.call(behaviour.scaleBy, factor)
    },
    pan(dx, dy) {
      const { k, x, y } = zoomTransform(element)
      selection.call(behaviour.transform, zoomIdentity.translate(x + dx, y + dy).scale(k))
    },
    destroy() {
      selection.interrupt().on('.zoom', null)
    },
  }
}

/** Controls that lie over what is zoomed. */
function isOff(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-zoom="off"]') !== null
}

function plain({ k, x, y }: ZoomTransform): Transform {
  return { k, x, y }
}
