/** Draws channel images framed by their group. Pointer or arrow keys choose a channel, a click or Enter zeroes it. */
import { type KeyboardEvent, type MouseEvent, memo, useId, useLayoutEffect, useRef } from 'react'
import { groupColour, groupInk } from '../kit/colour.ts'
import { type GreyRange, greyPixels, type MapsData } from './images.ts'
import { type TileShapes, tileAt, tileBeside, tileCorner } from './tiles.ts'

export interface TilesProps {
  readonly shapes: TileShapes
  readonly maps: MapsData
  readonly range: GreyRange
  readonly groups: number
  /** 0: before the shuffle, 1: after it. */
  readonly amount: number
  readonly off: ReadonlySet<number>
  readonly active: number | null
  readonly label: string
  readonly describe: (channel: number) => string
  readonly onActive: (channel: number | null) => void
  /** Left out where channels can only be looked at. */
  readonly onToggle?: (channel: number) => void
}

/** A browser's canvas may be no longer than this. */
const LONGEST = 16_000
const BADGED = 30

export function Tiles({ shapes, maps, range, groups, amount, off, active, label, describe, onActive, onToggle }: TilesProps) {
  const id = useId()
  const at = (event: MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return tileAt(shapes, amount, event.clientX - box.left, event.clientY - box.top)
  }
  const keys = (event: KeyboardEvent) => {
    if (onToggle && (event.key === 'Enter' || event.key === ' ') && active !== null) {
      event.preventDefault()
      onToggle(active)
      return
    }
    const next = tileBeside(shapes, amount > 0.5, active, event.key)
    if (next === undefined) return
    event.preventDefault()
    onActive(next)
    event.currentTarget.querySelectorAll('.tile')[next]?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
  return (
    <div className="tiles" style={{ height: shapes.height }}>
      <TileImages shapes={shapes} maps={maps} range={range} amount={amount} />
      <svg
        className="tiles-frames"
        width={shapes.width}
        height={shapes.height}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
        role="listbox"
        aria-multiselectable={onToggle !== undefined}
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={active === null ? undefined : `${id}${active}`}
        onPointerMove={(event) => onActive(at(event) ?? null)}
        onPointerLeave={() => onActive(null)}
        onClick={(event) => {
          const channel = at(event)
          if (channel !== undefined) onToggle?.(channel)
        }}
        onKeyDown={keys}
      >
        <TileFrames id={id} shapes={shapes} groups={groups} amount={amount} off={off} describe={describe} />
        {active !== null && <Active shapes={shapes} channel={active} amount={amount} />}
      </svg>
    </div>
  )
}

function Active({ shapes, channel, amount }: { readonly shapes: TileShapes; readonly channel: number; readonly amount: number }) {
  const [x, y] = tileCorner(shapes, channel, amount)
  return <rect className="tile-active" x={x - 3} y={y - 3} width={shapes.tileWidth + 6} height={shapes.tileHeight + 6} />
}

/** Drawn again only where something of them changes: a pointer that moves over a thousand of them must not redraw them all. */
const TileFrames = memo(function TileFrames({
  id,
  shapes,
  groups,
  amount,
  off,
  describe,
}: Pick<TilesProps, 'shapes' | 'groups' | 'amount' | 'off' | 'describe'> & { readonly id: string }) {
  const { tileWidth, tileHeight } = shapes
  const each = shapes.before.length / groups
  return shapes.before.map((_, channel) => {
    const [x, y] = tileCorner(shapes, channel, amount)
    const group = groups > 1 ? Math.floor(channel / each) : null
    const isOff = off.has(channel)
    return (
      <g
        key={channel}
        id={`${id}${channel}`}
        className={isOff ? 'tile is-off' : 'tile'}
        transform={`translate(${x},${y})`}
        role="option"
        aria-selected={isOff}
        aria-label={describe(channel)}
      >
        {isOff && <rect className="tile-veil" width={tileWidth} height={tileHeight} />}
        {isOff && <path className="tile-cross" d={`M3,3L${tileWidth - 3},${tileHeight - 3}M3,${tileHeight - 3}L${tileWidth - 3},3`} />}
        <rect className="tile-frame" width={tileWidth} height={tileHeight} stroke={groupColour(group)} />
        {group !== null && tileWidth >= BADGED && tileHeight >= BADGED && (
          <>
            <rect width={13} height={13} fill={groupColour(group)} />
            <text className="tile-index" x={6.5} y={10} fill={groupInk(group)}>
              {group}
            </text>
          </>
        )}
      </g>
    )
  })
})

const TileImages = memo(function TileImages({ shapes, maps, range, amount }: Pick<TilesProps, 'shapes' | 'maps' | 'range' | 'amount'>) {
  const ref = useRef<HTMLCanvasElement>(null)
  const drawn = useRef<{ maps: MapsData; range: GreyRange; sheets: Sheets } | null>(null)
  useLayoutEffect(() => {
    const canvas = ref.current
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return
    if (drawn.current?.maps !== maps || drawn.current.range !== range) drawn.current = { maps, range, sheets: sheetsOf(maps, range) }
    const { sheets } = drawn.current
    const density = devicePixelRatio
    canvas.width = Math.round(shapes.width * density)
    canvas.height = Math.round(shapes.height * density)
    context.scale(density, density)
    context.imageSmoothingEnabled = false
    for (let c = 0; c < maps.channels; c++) {
      const sheet = sheets.list[Math.floor(c / sheets.each)]
      const [x, y] = tileCorner(shapes, c, amount)
      const top = (c % sheets.each) * maps.height
      if (sheet) context.drawImage(sheet, 0, top, maps.width, maps.height, x, y, shapes.tileWidth, shapes.tileHeight)
    }
  }, [shapes, maps, range, amount])
  return <canvas ref={ref} className="tiles-images" style={{ width: shapes.width, height: shapes.height }} />
})

interface Sheets {
  readonly list: readonly HTMLCanvasElement[]
  readonly each: number
}

/** The channels' images, drawn once; from then on they are only moved. */
function sheetsOf(maps: MapsData, range: GreyRange): Sheets {
  const each = Math.max(1, Math.min(maps.channels, Math.floor(LONGEST / maps.height)))
  const pixels = greyPixels(maps, range)
  const perChannel = 4 * maps.width * maps.height
  const list: HTMLCanvasElement[] = []
  for (let first = 0; first < maps.channels; first += each) {
    const count = Math.min(each, maps.channels - first)
    const canvas = document.createElement('canvas')
    canvas.width = maps.width
    canvas.height = maps.height * count
    const part = pixels.subarray(first * perChannel, (first + count) * perChannel)
    canvas.getContext('2d')?.putImageData(new ImageData(part, maps.width, maps.height * count), 0, 0)
    list.push(canvas)
  }
  return { list, each }
}
