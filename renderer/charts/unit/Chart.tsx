/** Draws the flow picture of a unit; a bar answers to the pointer and, when focused, to the arrow keys. */
import { type KeyboardEvent, type PointerEvent, useMemo } from 'react'
import type { UnitView } from '../../workers/contract/index.ts'
import { groupColour, groupInk } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { type BarShape, unitLayout } from './layout.ts'
import { lightShapes } from './light.ts'
import { reachOf } from './reach.ts'

export interface ChannelRef {
  readonly tensor: number
  readonly channel: number
}

export interface UnitChartWords {
  readonly chart: string
  /** Name of a bar for screen readers. */
  readonly bar: (name: string, channels: number) => string
  readonly channel: (channel: number, channels: number) => string
}

export interface UnitChartProps {
  readonly view: UnitView
  readonly size: Size
  /** 0 without shuffle, 1 with it. */
  readonly amount: number
  readonly lit: ChannelRef | null
  /** Name of the selected op's node. */
  readonly selected: string | null
  readonly words: UnitChartWords
  readonly onHover: (channel: ChannelRef | null) => void
  readonly onPick: (channel: ChannelRef) => void
  readonly onSelectOp: (name: string) => void
}

export function UnitChart({ view, size, amount, lit, selected, words, onHover, onPick, onSelectOp }: UnitChartProps) {
  const shapes = useMemo(() => unitLayout(view, size, amount), [view, size, amount])
  const flow = amount < 0.5 ? view.off : view.on
  const light = useMemo(
    () => (lit ? lightShapes(flow, shapes.geometry, reachOf(flow, lit.tensor, lit.channel)) : undefined),
    [flow, shapes.geometry, lit],
  )
  const channelAt = (bar: BarShape, event: PointerEvent<SVGRectElement>): ChannelRef => {
    const box = event.currentTarget.getBoundingClientRect()
    const channel = Math.floor(((event.clientY - box.top) / box.height) * bar.tensor.channels)
    return { tensor: bar.tensor.id, channel: Math.min(Math.max(channel, 0), bar.tensor.channels - 1) }
  }
  const keys = (bar: BarShape) => (event: KeyboardEvent) => {
    const { channels, id } = bar.tensor
    const at = lit?.tensor === id ? lit.channel : -1
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: channels - 1, PageDown: at + 10, PageUp: at - 10 }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    event.stopPropagation()
    onPick({ tensor: id, channel: Math.min(Math.max(next, 0), channels - 1) })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot hold a picture
    <svg className={light ? 'unit-chart is-lit' : 'unit-chart'} width={shapes.width} height={shapes.height} role="group" aria-label={words.chart}>
      <g className="unit-headers">
        {shapes.headers.map(({ op, x, width, detail }) => (
          // biome-ignore lint/a11y/useSemanticElements: an SVG group cannot be a button element
          <g
            key={op.node}
            className={op.name === selected ? 'unit-header is-selected' : 'unit-header'}
            role="button"
            tabIndex={0}
            aria-label={`${op.label} ${detail} ${op.name}`}
            aria-pressed={op.name === selected}
            onClick={() => onSelectOp(op.name)}
            onKeyDown={(e) => {
              if (e.key !== 'Enter' && e.key !== ' ') return
              e.preventDefault()
              onSelectOp(op.name)
            }}
          >
            <title>{op.name}</title>
            <rect x={x - width / 2} y={2} width={width} height={36} rx={3} />
            <text x={x} y={detail ? 16 : 24}>
              {op.label}
            </text>
            {detail && (
              <text className="unit-detail" x={x} y={31}>
                {detail}
              </text>
            )}
          </g>
        ))}
      </g>
      <g className="unit-ribbons">
        {shapes.links.map(({ link, kind, ribbons }) => (
          <g key={`${link.node}:${link.from}:${link.to}`} className={`unit-link is-${kind}`}>
            {ribbons.map(({ group, d }, i) => (
              <path key={i} d={d} fill={groupColour(group)} />
            ))}
          </g>
        ))}
      </g>
      <g className="unit-bars">
        {shapes.bars.map((bar) => (
          <g key={bar.tensor.id} className={bar.indices.length > 0 ? 'unit-bar is-indexed' : 'unit-bar'}>
            {bar.stripes.map(({ group, d }) => (
              <path key={group ?? 'none'} d={d} fill={groupColour(group)} />
            ))}
            {bar.indices.map(({ group, y }) => (
              <text key={y} className="unit-index" x={bar.x + bar.width / 2} y={y} style={{ fill: groupInk(group) }}>
                {group}
              </text>
            ))}
          </g>
        ))}
      </g>
      {light && (
        <g className="unit-light">
          {light.ribbons.map(({ group, d }) => (
            <path key={`r${group}`} className="unit-light-ribbon" d={d} fill={groupColour(group)} />
          ))}
          {light.bars.map(({ group, d }) => (
            <path key={`b${group}`} d={d} fill={groupColour(group)} />
          ))}
        </g>
      )}
      {shapes.bars.map((bar) => {
        const channel = lit?.tensor === bar.tensor.id ? lit.channel : 0
        return (
          <g key={bar.tensor.id}>
            {bar.countShown && (
              <text className="unit-count" x={bar.x + bar.width / 2} y={bar.y + bar.height + 15}>
                {bar.tensor.channels}
              </text>
            )}
            <rect
              className="unit-hit"
              x={bar.x - 6}
              y={bar.y}
              width={bar.width + 12}
              height={Math.max(bar.height, 1)}
              role="slider"
              tabIndex={0}
              aria-orientation="vertical"
              aria-label={words.bar(bar.tensor.name, bar.tensor.channels)}
              aria-valuemin={0}
              aria-valuemax={bar.tensor.channels - 1}
              aria-valuenow={channel}
              aria-valuetext={words.channel(channel, bar.tensor.channels)}
              onPointerMove={(e) => onHover(channelAt(bar, e))}
              onPointerLeave={() => onHover(null)}
              onClick={(e) => onPick(channelAt(bar, e as unknown as PointerEvent<SVGRectElement>))}
              onKeyDown={keys(bar)}
            />
          </g>
        )
      })}
    </svg>
  )
}
