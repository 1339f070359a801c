/** The map under a zoom: stages as blocks far out, units, and close up the ops inside of them. */
import { type ReactNode, type Ref, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Size } from '../kit/size.ts'
import { createZoom, type Transform, type Zoom } from '../kit/zoom.ts'
import { type CellColours, cellColours, drawCells } from './cells.ts'
import { useMapEvents } from './events.ts'
import { type MapItem, type MapSection, mapLayout } from './layout.ts'
import { MapScene, Markers } from './MapScene.tsx'
import { Minimap, type MinimapHandle } from './Minimap.tsx'
import { type MapOp, placedIn } from './OpGraphView.tsx'
import type { OpGraphShape } from './opGraph.ts'
import { SectionTitles, type TitlesHandle } from './SectionTitles.tsx'
import { type Box, broughtIn, closeTo, firstLook, fitted, holds, type Level, levelOf, meets, OPS_FROM, scalesOf, seenOf, widened } from './view.ts'

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
  /** These units are, or will soon be, seen from close by. */
  readonly onNear: (keys: readonly string[]) => void
  readonly onLevel?: (level: Level) => void
  readonly children?: ReactNode
}

interface Frame {
  readonly level: Level
  readonly k: number
  /** What is drawn. */
  readonly near: Box
}

/** Redrawn when the magnification has changed by this much: sizes of words depend on it. */
const STEP = 1.3
/** Fewer items than this are all kept on the page. */
const KEEP_ALL = 160

export function ZoomMap(props: ZoomMapProps) {
  const { sections, size, network, theme, words, selected, selectedOp, tracing, graphs, ops, onNear, onLevel } = props
  const { describe, describeOp } = props
  const shapes = useMemo(() => mapLayout(sections, size), [sections, size])
  const host = useRef<HTMLDivElement>(null)
  const world = useRef<SVGGElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const minimap = useRef<MinimapHandle>(null)
  const titles = useRef<TitlesHandle>(null)
  const zoom = useRef<Zoom | null>(null)
  const colours = useRef<CellColours | null>(null)
  const first = firstLook(shapes, size)
  const [frame, setFrame] = useState<Frame>(() => frameOf(first, size))
  const state = { shapes, size, frame, selected, tracing }
  const now = useRef(state)
  now.current = state

  const paint = useCallback((transform: Transform) => {
    const { shapes, size, selected, tracing } = now.current
    const context = canvas.current?.getContext('2d')
    if (!context || !host.current) return
    colours.current ??= cellColours(host.current)
    drawCells(context, devicePixelRatio, { shapes, transform, seen: seenOf(transform, size), selected, tracing }, colours.current)
  }, [])

  const follow = useCallback(
    (transform: Transform) => {
      const { size, frame } = now.current
      world.current?.setAttribute('transform', `translate(${transform.x} ${transform.y}) scale(${transform.k})`)
      const seen = seenOf(transform, size)
      minimap.current?.show(seen)
      titles.current?.place(transform)
      const level = levelOf(transform.k)
      if (level === 'stages') paint(transform)
      const ratio = transform.k / frame.k
      if (level !== frame.level || ratio > STEP || ratio < 1 / STEP || !holds(frame.near, seen)) setFrame(frameOf(transform, size))
    },
    [paint],
  )

  useLayoutEffect(() => {
    if (!host.current) return
    const options = { scales: scalesOf(shapes, size), world: shapes, onZoom: follow }
    if (zoom.current) zoom.current.update(options)
    else zoom.current = createZoom(host.current, options)
    follow(zoom.current.transform)
  }, [shapes, size, follow])
  useEffect(
    () => () => {
      zoom.current?.destroy()
      zoom.current = null
    },
    [],
  )
  // Another network, or a window of another shape, is looked at anew.
  const look = `${network}/${size.width}/${size.height}`
  useLayoutEffect(() => {
    const { shapes, size } = now.current
    const to = firstLook(shapes, size)
    zoom.current?.to(to)
    setFrame(frameOf(to, size))
  }, [look])
  useLayoutEffect(() => {
    colours.current = null
    if (zoom.current && frame.level === 'stages') paint(zoom.current.transform)
  }, [shapes, size, theme, selected, tracing, frame, paint])

  useEffect(() => onLevel?.(frame.level), [frame.level, onLevel])
  useEffect(() => {
    if (frame.k < OPS_FROM * 0.7) return
    const keys = shapes.glyphs.filter((g) => g.item.kind === 'unit' && !graphs.has(g.item.key) && meets(g, frame.near)).map((g) => g.item.key)
    if (keys.length > 0) onNear(keys)
  }, [frame, shapes, graphs, onNear])

  const go = useCallback((to: Transform) => zoom.current?.to(to, true), [])
  const glyphOf = (key: string | null) => shapes.glyphs.find((g) => g.item.key === key)
  const opBox = (item: string, layer: number): Box | undefined => {
    const [glyph, graph] = [glyphOf(item), graphs.get(item)]
    const box = graph?.ops.find((o) => o.layer === layer)
    if (!glyph || !graph || !box) return undefined
    const { scale, x, y } = placedIn(glyph, graph)
    return { x: x + scale * box.x, y: y + scale * box.y, width: scale * box.width, height: scale * box.height }
  }
  const showSection = (key: string) => {
    const shape = shapes.sections.find((s) => s.section.key === key)
    if (shape) go(closeTo(shape.box, size, 0.92, OPS_FROM * 0.9))
  }
  const showItem = (key: string) => {
    const glyph = glyphOf(key)
    if (glyph) go(closeTo(glyph, size, 0.8, glyph.item.kind === 'unit' ? undefined : 3))
  }
  useImperativeHandle(props.handle, () => ({
    fit: () => go(fitted(shapes, size)),
    showSection,
    showItem,
    showOp(item, layer) {
      const box = opBox(item, layer)
      if (box) go(closeTo(box, size, 0.22))
      else showItem(item)
    },
  }))

  // What is selected elsewhere comes into view; what is selected here is in view already.
  const selectedLayer = useMemo(() => [...ops.values()].find((o) => o.name === selectedOp)?.layer, [ops, selectedOp])
  useEffect(() => {
    const glyph = glyphOf(selected)
    const at = zoom.current?.transform
    if (!glyph || !at || selected === null) return
    const op = levelOf(at.k) === 'ops' && selectedLayer !== undefined ? opBox(selected, selectedLayer) : undefined
    const to = broughtIn(op ?? glyph, at, size)
    if (to.x !== at.x || to.y !== at.y) go(to)
  }, [selected, selectedLayer])

  const events = useMapEvents({ ...props, shapes, level: frame.level, zoom, host, showSection, fit: () => go(fitted(shapes, size)) })
  const visible = shapes.glyphs.length <= KEEP_ALL ? { x: 0, y: 0, width: shapes.width, height: shapes.height } : frame.near
  const focusable = focusKey(shapes.glyphs, frame, selected, selectedOp, graphs)
  const fitNow = useCallback(() => zoom.current?.to(fitted(now.current.shapes, now.current.size), true), [])
  return (
    <div className={`zoom-map is-${frame.level}`} ref={host} {...events}>
      <canvas
        ref={canvas}
        className="map-cells"
        width={Math.round(size.width * devicePixelRatio)}
        height={Math.round(size.height * devicePixelRatio)}
        style={{ width: size.width, height: size.height }}
        hidden={frame.level !== 'stages'}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot hold a picture */}
      <svg className="network-chart" width={size.width} height={size.height} role="group" aria-label={words.label}>
        <Markers />
        <g ref={world}>
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
        </g>
      </svg>
      <SectionTitles shapes={shapes} level={frame.level} handle={titles} selected={selected} onChoose={showSection} />
      <div className="map-corner">
        <Minimap
          shapes={shapes}
          theme={theme}
          handle={minimap}
          onCentre={(x, y) => {
            const { k } = zoom.current?.transform ?? first
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

function frameOf(transform: Transform, size: Size): Frame {
  return { level: levelOf(transform.k), k: transform.k, near: widened(seenOf(transform, size)) }
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
