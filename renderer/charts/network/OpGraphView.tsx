/** The ops inside of a unit, in the unit's box on the map: more words the closer one looks. */
import { memo } from 'react'
import { costColour, groupColour } from '../kit/colour.ts'
import { DRAWN_GROUPS, type GlyphShape } from './layout.ts'
import { OP_HEIGHT, OP_WIDTH, type OpGraphShape } from './opGraph.ts'
import type { Box } from './view.ts'

export interface MapOp {
  readonly layer: number
  readonly name: string
  /** Key of its item. */
  readonly item: string
  /** "1×1 group conv". */
  readonly label: string
  /** "GConv 1×1". */
  readonly short: string
  readonly costText: string
  /** 0..1 of the dearest op; null where it is not measured. */
  readonly share: number | null
  /** What leaves it, e.g. "240 × 28 × 28". */
  readonly shape: string
  readonly params: string
  readonly groups: number
  readonly shuffleGroups: number | null
  /** Names of the loaded graph's nodes that it stands for. */
  readonly sources: readonly string[]
}

/** Room for ops in a unit whose words shrink by `shrink`. */
export function roomIn({ x, y, width, height }: Pick<GlyphShape, 'x' | 'y' | 'width' | 'height'>): Box {
  return { x: x + 4, y: y + 14, width: width - 8, height: height - 18 }
}

/** Where an op's graph lies in the map: its scale and offset. */
export function placedIn(glyph: GlyphShape, shape: OpGraphShape): { readonly scale: number; readonly x: number; readonly y: number } {
  const room = roomIn(glyph)
  const scale = Math.min(room.width / shape.width, room.height / shape.height, 0.9)
  return { scale, x: room.x + (room.width - scale * shape.width) / 2, y: room.y + (room.height - scale * shape.height) / 2 }
}

export interface OpGraphViewProps {
  readonly glyph: GlyphShape
  readonly shape: OpGraphShape
  readonly ops: ReadonlyMap<number, MapOp>
  /** Magnification of the map. */
  readonly k: number
  /** Name of the op that is selected, and of the one that the Tab key comes to. */
  readonly selected: string | null
  readonly focusable: string | null
  readonly describe: (op: MapOp) => string
}

/** Letters smaller than this on the screen are left out. */
const LEGIBLE = 6.5
/** Pixels on the screen of the short labels that boxes too small for theirs have, and a letter's width in its height. */
const SHORT_SIZE = 8
const LETTER = 0.58

export const OpGraphView = memo(function OpGraphView({ glyph, shape, ops, k, selected, focusable, describe }: OpGraphViewProps) {
  const { scale, x, y } = placedIn(glyph, shape)
  const words = 12 * scale * k >= LEGIBLE
  const details = 8 * scale * k >= LEGIBLE
  const shortSize = SHORT_SIZE / (scale * k)
  return (
    <g className="op-graph" transform={`translate(${round(x)} ${round(y)}) scale(${scale.toFixed(4)})`}>
      {shape.edges.map((e) => (
        <path key={`${e.from}>${e.to}`} className="op-edge" d={e.d} markerEnd="url(#op-arrow)" />
      ))}
      {shape.inlet && <circle className="op-inlet" cx={shape.inlet.x} cy={shape.inlet.y} r={4} />}
      {shape.ops.map((box) => {
        const op = ops.get(box.layer)
        if (!op) return null
        return (
          // biome-ignore lint/a11y/useSemanticElements: an SVG group cannot be a button element
          <g
            key={op.name}
            data-op={op.name}
            data-layer={op.layer}
            className={`op-node${op.name === selected ? ' is-selected' : ''}`}
            transform={`translate(${round(box.x)} ${round(box.y)})`}
            role="button"
            tabIndex={op.name === focusable ? 0 : -1}
            aria-label={describe(op)}
            aria-pressed={op.name === selected}
          >
            <title>{describe(op)}</title>
            <rect className="op-box" width={OP_WIDTH} height={OP_HEIGHT} rx={3} />
            <rect className="op-cost" y={OP_HEIGHT - 5} width={OP_WIDTH} height={5} fill="var(--bar-track)" />
            {op.share !== null && op.share > 0 && (
              <rect className="op-cost" y={OP_HEIGHT - 5} width={Math.max(OP_WIDTH * op.share, 2)} height={5} fill={costColour(op.share)} />
            )}
            <GroupBars groups={op.groups} shuffleGroups={op.shuffleGroups} />
            {words && (
              <text className="op-label" x={12} y={15}>
                {op.label}
              </text>
            )}
            {!words && shortSize * LETTER * op.short.length < OP_WIDTH - 12 && (
              <text className="op-short" x={OP_WIDTH / 2} y={(OP_HEIGHT - 5) / 2 + 0.36 * shortSize} style={{ fontSize: round(shortSize) }}>
                {op.short}
              </text>
            )}
            {words && (
              <text className="op-value" x={12} y={details ? 26 : 31}>
                {op.costText}
              </text>
            )}
            {details && (
              <text className="op-detail" x={12} y={36}>
                {[op.shape, op.params].filter(Boolean).join('  ·  ')}
              </text>
            )}
          </g>
        )
      })}
    </g>
  )
})

/** Groups as they come in, on the left; as they leave after a shuffle, on the right. */
function GroupBars({ groups, shuffleGroups }: { readonly groups: number; readonly shuffleGroups: number | null }) {
  const height = OP_HEIGHT - 5
  const drawn = Math.min(shuffleGroups ?? groups, DRAWN_GROUPS)
  if (drawn < 2) return null
  const part = (side: number, at: number, of: number, group: number) => (
    <rect key={`${side}/${at}`} x={side} y={(height * at) / of} width={6} height={height / of} fill={groupColour(group)} />
  )
  return (
    <>
      {Array.from({ length: drawn }, (_, g) => part(0, g, drawn, g))}
      {shuffleGroups !== null && Array.from({ length: drawn * drawn }, (_, i) => part(OP_WIDTH - 6, i, drawn * drawn, i % drawn))}
      {shuffleGroups === null && Array.from({ length: drawn }, (_, g) => part(OP_WIDTH - 6, g, drawn, g))}
    </>
  )
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
