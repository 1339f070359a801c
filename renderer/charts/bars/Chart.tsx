/** Draws stacked bars. Kinds are told apart by shade and hatching, for hues belong to groups. A click selects, arrow keys walk the segments. */
import { type KeyboardEvent, useId, useMemo } from 'react'
import { BAR_KINDS, type BarKind, type BarRow, type BarSegment, barsLayout, segmentBeside } from './layout.ts'

export interface BarsChartProps {
  readonly rows: readonly BarRow[]
  readonly width: number
  readonly label: string
  /** Segments that the selection covers, as "row kind". */
  readonly selected: ReadonlySet<string>
  /** The one where arrow keys start. */
  readonly active: string | null
  readonly describe: (segment: BarSegment) => string
  readonly onHover: (segment: BarSegment | null) => void
  readonly onSelect: (segment: BarSegment) => void
  /** The name of a row. */
  readonly onRow: (key: string) => void
}

export function segmentKey({ row, kind }: Pick<BarSegment, 'row' | 'kind'>): string {
  return `${row} ${kind}`
}

export function BarsChart({ rows, width, label, selected, active, describe, onHover, onSelect, onRow }: BarsChartProps) {
  const shapes = useMemo(() => barsLayout(rows, { width }), [rows, width])
  const id = useId()
  const at = shapes.segments.findIndex((s) => segmentKey(s) === active)
  const keys = (event: KeyboardEvent) => {
    const target = segmentBeside(shapes, shapes.segments[at], event.key)
    if (!target) return
    event.preventDefault()
    onSelect(target)
    onHover(target)
  }
  return (
    <svg
      className="bars-chart"
      width={width}
      height={shapes.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={at < 0 ? undefined : `${id}${at}`}
      onPointerLeave={() => onHover(null)}
      onBlur={() => onHover(null)}
      onKeyDown={keys}
    >
      <Hatches id={id} />
      {shapes.rows.map(({ row, y, end }) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the table and the strip select sections by keys
        <g key={row.key} className="bars-row" onClick={() => onRow(row.key)}>
          <text className="bars-label" x={0} y={y + 4}>
            {row.label}
          </text>
          <text className="bars-sum" x={end + 6} y={y + 4}>
            {row.text}
          </text>
        </g>
      ))}
      {shapes.segments.map((segment, i) => (
        <g
          key={segmentKey(segment)}
          id={`${id}${i}`}
          className={`bars-segment${selected.has(segmentKey(segment)) ? ' is-selected' : ''}`}
          role="option"
          tabIndex={-1}
          aria-selected={selected.has(segmentKey(segment))}
          aria-label={describe(segment)}
          onPointerEnter={() => onHover(segment)}
          onClick={() => onSelect(segment)}
        >
          <Swatch id={id} kind={segment.kind} x={segment.x} y={segment.y} width={Math.max(segment.width - 1, 0.6)} height={segment.height} />
        </g>
      ))}
    </svg>
  )
}

/** The shades beside their names. */
export function BarsLegend({ kinds, name }: { readonly kinds: readonly BarKind[]; readonly name: (kind: BarKind) => string }) {
  const id = useId()
  return (
    <ul className="plot-legend bars-legend small">
      {BAR_KINDS.filter((k) => kinds.includes(k)).map((kind) => (
        <li key={kind}>
          <svg width={14} height={14} aria-hidden="true">
            <Hatches id={`${id}${kind}`} />
            <Swatch id={`${id}${kind}`} kind={kind} x={0} y={1} width={13} height={12} />
          </svg>
          {name(kind)}
        </li>
      ))}
    </ul>
  )
}

interface SwatchProps {
  readonly id: string
  readonly kind: BarKind
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function Swatch({ id, kind, ...box }: SwatchProps) {
  return (
    <>
      <rect className={`bars-swatch is-${kind}`} {...box} />
      {HATCHED.has(kind) && <rect {...box} fill={`url(#${id}${kind})`} />}
    </>
  )
}

const HATCHED: ReadonlySet<BarKind> = new Set(['pointwiseGrouped', 'depthwise', 'shuffle'])

/** Group convolutions are cut across, depthwise ones dotted, a shuffle leans. */
function Hatches({ id }: { readonly id: string }) {
  return (
    <defs>
      <pattern id={`${id}pointwiseGrouped`} width={4} height={4} patternUnits="userSpaceOnUse">
        <path className="bars-hatch" d="M0 3.5H4" />
      </pattern>
      <pattern id={`${id}depthwise`} width={4} height={4} patternUnits="userSpaceOnUse">
        <circle className="bars-dot" cx={2} cy={2} r={0.9} />
      </pattern>
      <pattern id={`${id}shuffle`} width={5} height={5} patternUnits="userSpaceOnUse">
        <path className="bars-lean" d="M-1 6L6 -1M-1 1L1 -1M4 6L6 4" />
      </pattern>
    </defs>
  )
}
