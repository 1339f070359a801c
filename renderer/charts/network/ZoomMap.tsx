/** The map under a zoom: stages as blocks far out, units, and close up the ops inside of them. */
import { type ReactNode, type Ref, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef } from 'react'
import { useColourScheme } from '../kit/scheme.ts'
import type { Size } from '../kit/size.ts'
import type { Transform } from '../kit/zoom.ts'
import { type CellColours, cellColours, drawCells } from './cells.ts'
import { useMapEvents } from './events.ts'
import { type MapItem, type MapSection, mapLayout } from './layout.ts'
import { MapScene, Markers } from './MapScene.tsx'
import { Minimap, type MinimapHandle } from './Minimap.tsx'
import { useMorph } from './morph.ts'
import { type MapOp, placedIn, roomIn } from './OpGraphView.tsx'
import type { OpGraphShape } from './opGraph.ts'
import { type MapPlace, placeOf, samePlace, transformOf } from './place.ts'
import { SectionTitles, type TitlesHandle } from './SectionTitles.tsx'
import { type Frame, useFrames } from './useFrames.ts'
import { type Box, broughtIn, closeTo, firstLook, fitted, holds, type Level, levelOf, meets, OPS_FROM, seenOf } from './view.ts'

export interface MapWords {
  readonly label: string
  readonly zoomIn: string
  readonly zoomOut: string
  readonly fit: string
}

export interface MapHandle {
  fit(): void
  showItem(key: string): void
  showSection(key: string): void
  /** An op, close enough to read; its item where its ops are not laid out yet. */
  showOp(item: string, layer: number): void
}

export interface ZoomMapProps {
  readonly sections: readonly MapSection[]
  readonly size: Size
  /** Names the network that is drawn: another one is looked at anew. */
  readonly network: string
  /** Names the stage of it: from one to another, things move to their new places. */
  readonly stage: string
  readonly theme: string
  readonly words: MapWords
  readonly selected: string | null
  readonly selectedOp: string | null
  readonly tracing: boolean
  readonly graphs: ReadonlyMap<string, OpGraphShape>
  readonly ops: ReadonlyMap<number, MapOp>
  readonly edges: readonly (readonly [number, number])[]
  readonly handle: Ref<MapHandle>
  readonly describe: (item: MapItem) => string
  readonly describeOp: (op: MapOp) => string
  readonly onSelect: (key: string) => void
  readonly onSelectOp: (name: string) => void
  readonly onEnter: (key: string) => void
  /** These units are, or will soon be, seen from close by; `aspect` is that of the room for their ops. */
  readonly onNear: (keys: readonly string[], aspect: number) => void
  readonly onLevel?: (level: Level) => void
  /** Where it is looked at; null: as a whole, as at first. What `onPlace` told comes back here. */
  readonly place: MapPlace | null
  readonly onPlace: (place: MapPlace | null) => void
  /** Called as something begins that takes a while; what it returns is called when it is done. */
  readonly hold: () => () => void
  readonly children?: ReactNode
}

/** What a way was chosen to, and that is selected this soon, was selected along with it. */
const AIM_MS = 200
/** Fewer items than this are all kept on the page. */
const KEEP_ALL = 160

export function ZoomMap(props: ZoomMapProps) {
  const { sections, size, network, stage, theme, words, selected, selectedOp, tracing, graphs, ops, onNear, onLevel } = props
  const { describe, describeOp } = props
  const shapes = useMemo(() => mapLayout(sections, size), [sections, size])
  const host = useRef<HTMLDivElement>(null)
  const drawing = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const minimap = useRef<MinimapHandle>(null)
  const titles = useRef<TitlesHandle>(null)
  const colours = useRef<CellColours | null>(null)
  const scheme = `${theme}/${useColourScheme()}`
  const clicked = useRef<string | null>(null)
  /** The layer of a selected op whose place is not known yet. */
  const awaited = useRef<number | undefined>(undefined)
  const blank = useRef(false)
  const now = useRef({ shapes, size, selected, tracing })
  now.current = { shapes, size, selected, tracing }

  const paint = useCallback((transform: Transform, covered: Box | null) => {
    const { shapes, size, selected, tracing } = now.current
    const context = canvas.current?.getContext('2d')
    if (!context || !host.current) return
    // While a drawing covers the window there is nothing to do, frame after frame.
    const hidden = covered !== null && holds(covered, seenOf(transform, size))
    if (hidden && blank.current) return
    blank.current = hidden
    colours.current ??= cellColours(host.current)
    drawCells(context, devicePixelRatio, { shapes, transform, seen: seenOf(transform, size), covered, selected, tracing }, colours.current)
  }, [])
  const onMove = useCallback(
    (transform: Transform, covered: Box | null) => {
      const seen = seenOf(transform, now.current.size)
      minimap.current?.show(seen)
      titles.current?.place(transform)
      paint(transform, covered)
    },
    [paint],
  )
  const look = `${network}/${size.width}/${size.height}`
  const { place, onPlace } = props
  const at = useMemo(() => transformOf(shapes, size, place) ?? firstLook(shapes, size), [shapes, size, place])
  const told = useRef(place)
  const onRest = (transform: Transform) => {
    const next = placeOf(shapes, size, transform)
    if (samePlace(next, told.current)) return
    told.current = next
    onPlace(next)
  }
  const { frame, zoom } = useFrames({ host, drawing, shapes, size, look, at, onMove, onRest, hold: props.hold })
  // A step back, or an address, has another place.
  useEffect(() => {
    if (samePlace(place, told.current)) return
    told.current = place
    zoom.current?.to(at, true)
  }, [place, at, zoom])
  useLayoutEffect(() => {
    colours.current = null
    if (zoom.current) paint(zoom.current.transform, frame.level === 'stages' ? null : frame.near)
  }, [shapes, size, scheme, selected, tracing, frame, paint, zoom])

  useMorph(host, { network, stage, shapes, graphs, ops })
  useEffect(() => onLevel?.(frame.level), [frame.level, onLevel])
  useEffect(() => {
    if (frame.k < OPS_FROM * 0.7) return
    const missing = shapes.glyphs.filter((g) => g.item.kind === 'unit' && !graphs.has(g.item.key) && meets(g, frame.near))
    const [first] = missing
    if (!first) return
    const room = roomIn(first)
    onNear(
      missing.map((g) => g.item.key),
      room.width / room.height,
    )
  }, [frame, shapes, graphs, onNear])

  const aimed = useRef<{ readonly time: number; readonly item?: string; readonly layer?: number | undefined }>({ time: Number.NEGATIVE_INFINITY })
  const go = useCallback((to: Transform) => zoom.current?.to(to, true), [zoom])
  const aim = (to: Transform, item: string, layer?: number) => {
    aimed.current = { time: performance.now(), item, layer }
    go(to)
  }
  const glyphOf = (key: string | null) => shapes.glyphs.find((g) => g.item.key === key)
  const opBox = (item: string, layer: number): Box | undefined => {
    const [glyph, graph] = [glyphOf(item), graphs.get(item)]
    const box = graph?.ops.find((o) => o.layer === layer)
    if (!glyph || !graph || !box) return undefined
    const { scale, x, y } = placedIn(glyph, graph)
    return { x: x + scale * box.x, y: y + scale * box.y, width: scale * box.width, height: scale * box.height }
  }
  const bringIn = (box: Box) => {
    const at = zoom.current?.transform
    if (!at) return
    const to = broughtIn(box, at, size)
    if (to.x !== at.x || to.y !== at.y) go(to)
  }
  const showSection = (key: string) => {
    const shape = shapes.sections.find((s) => s.section.key === key)
    if (shape) go(closeTo(shape.box, size, 0.92, OPS_FROM * 0.9))
  }
  const showItem = (key: string) => {
    const glyph = glyphOf(key)
    if (glyph) aim(closeTo(glyph, size, 0.8, glyph.item.kind === 'unit' ? undefined : 3), key)
  }
  useImperativeHandle(props.handle, () => ({
    fit: () => go(fitted(shapes, size)),
    showSection,
    showItem,
    showOp(item, layer) {
      const box = opBox(item, layer)
      if (box) aim(closeTo(box, size, 0.22), item, layer)
      else showItem(item)
    },
  }))

  // What is selected elsewhere comes into view; what is selected here is in view already.
  const selectedLayer = useMemo(() => [...ops.values()].find((o) => o.name === selectedOp)?.layer, [ops, selectedOp])
  useEffect(() => {
    const glyph = glyphOf(selected)
    const at = zoom.current?.transform
    const byClick = clicked.current !== null && (clicked.current === selectedOp || clicked.current === selected)
    clicked.current = null
    // The way to it may have been chosen along with it.
    const { time, item, layer } = aimed.current
    const aimedAt = performance.now() - time < AIM_MS && item === selected && layer === selectedLayer
    if (!glyph || !at || selected === null || byClick || aimedAt) return
    const closeUp = levelOf(at.k) === 'ops' && selectedLayer !== undefined
    const op = closeUp ? opBox(selected, selectedLayer) : undefined
    awaited.current = closeUp && !op ? selectedLayer : undefined
    bringIn(op ?? glyph)
  }, [selected, selectedLayer])
  // A unit that was just reached may be larger than the window, and its ops be laid out later.
  useEffect(() => {
    if (awaited.current === undefined || awaited.current !== selectedLayer || selected === null) return
    const op = opBox(selected, selectedLayer)
    if (!op) return
    awaited.current = undefined
    bringIn(op)
  }, [graphs])

  const events = useMapEvents({ ...props, shapes, level: frame.level, zoom, host, showSection, clicked, fit: () => go(fitted(shapes, size)) })
  const all = useMemo(() => ({ x: 0, y: 0, width: shapes.width, height: shapes.height }), [shapes])
  const visible = shapes.glyphs.length <= KEEP_ALL ? all : frame.near
  const focusable = focusKey(shapes.glyphs, frame, selected, selectedOp, graphs)
  const fitNow = useCallback(() => zoom.current?.to(fitted(now.current.shapes, now.current.size), true), [])
  return (
    <div className={`zoom-map is-${frame.level}`} data-network={network} ref={host} {...events}>
      <canvas
        ref={canvas}
        className="map-cells"
        width={Math.round(size.width * devicePixelRatio)}
        height={Math.round(size.height * devicePixelRatio)}
        style={{ width: size.width, height: size.height }}
      />
      <div className="map-drawing" ref={drawing}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot hold a picture */}
        <svg
          className="network-chart"
          width={frame.near.width * frame.k}
          height={frame.near.height * frame.k}
          viewBox={`${frame.near.x} ${frame.near.y} ${frame.near.width} ${frame.near.height}`}
          role="group"
          aria-label={words.label}
        >
          <Markers />
          <MapScene
            shapes={shapes}
            level={frame.level}
            k={frame.k}
            near={frame.level === 'ops' ? frame.near : visible}
            selected={selected}
            selectedOp={selectedOp}
            focusable={focusable}
            tracing={tracing}
            graphs={graphs}
            ops={ops}
            describe={describe}
            describeOp={describeOp}
          />
        </svg>
      </div>
      <SectionTitles shapes={shapes} level={frame.level} handle={titles} selected={selected} onChoose={showSection} />
      <div className="map-corner" data-picture="off" data-zoom="off">
        <Minimap
          shapes={shapes}
          theme={scheme}
          handle={minimap}
          onCentre={(x, y) => {
            const { k } = zoom.current?.transform ?? { k: frame.k }
            zoom.current?.to({ k, x: size.width / 2 - k * x, y: size.height / 2 - k * y })
          }}
        />
        <div className="map-buttons">
          <button type="button" className="button" aria-label={words.zoomIn} title={`${words.zoomIn} (+)`} onClick={() => zoom.current?.by(1.6)}>
            +
          </button>
          <button
            type="button"
            className="button"
            aria-label={words.zoomOut}
            title={`${words.zoomOut} (−)`}
            onClick={() => zoom.current?.by(1 / 1.6)}
          >
            −
          </button>
          <button type="button" className="button" aria-label={words.fit} title={`${words.fit} (0)`} onClick={fitNow}>
            <FitIcon />
          </button>
        </div>
      </div>
      {props.children}
    </div>
  )
}

function FitIcon() {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
      <path d="M1 4V1h3M8 1h3v3M11 8v3H8M4 11H1V8" />
    </svg>
  )
}

function focusKey(
  glyphs: readonly { readonly item: MapItem; readonly x: number; readonly y: number; readonly width: number; readonly height: number }[],
  { level, near }: Frame,
  selected: string | null,
  selectedOp: string | null,
  graphs: ReadonlyMap<string, OpGraphShape>,
): string | null {
  const chosen = glyphs.find((g) => g.item.key === selected)
  if (level === 'ops' && chosen && selectedOp !== null && graphs.has(chosen.item.key)) return selectedOp
  return (chosen ?? glyphs.find((g) => meets(g, near)))?.item.key ?? null
}
