/** The feature maps of the lens's layer, framed by group; the names of the runs zero them whole. */
import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import { groupColour, groupInk } from '../../charts/kit/colour.ts'
import { significant } from '../../charts/kit/format.ts'
import { type Size, useSize } from '../../charts/kit/size.ts'
import { useTween } from '../../charts/kit/tween.ts'
import { channelFacts, greyRange } from '../../charts/maps/images.ts'
import { Tiles } from '../../charts/maps/Tiles.tsx'
import { type TileShapes, tilesLayout } from '../../charts/maps/tiles.ts'
import { useStore, useText } from '../../store/context.ts'
import { channelIn } from '../../store/lensSlice.ts'
import { Figure } from '../../ui/Figure.tsx'
import type { LensView } from '../../workers/contract/index.ts'

/** Left and right of the tiles, and above and below them: a frame that is pointed at reaches beyond its tile. */
const SIDES = 40
const ENDS = 16

/** More channels than this change places at once: so many moving frames would stutter. */
const MOVED = 512

const threeDigits = (value: unknown): string => significant(Number(value), 3)

export function LensTiles({ view, isAfter }: { readonly view: LensView; readonly isAfter: boolean }) {
  const [ref, size] = useSize<HTMLDivElement>()
  return (
    <div className="lens-tiles">
      <div className="lens-scroll" ref={ref}>
        {size && <Sized view={view} isAfter={isAfter} size={{ width: size.width - SIDES, height: size.height - ENDS }} />}
      </div>
    </div>
  )
}

function Sized({ view, isAfter, size }: { readonly view: LensView; readonly isAfter: boolean; readonly size: Size }) {
  const t = useText()
  const { layer } = view
  const { channels, groups, order, height, width } = layer
  const off = useStore((s) => s.lensOff)
  const toggle = useStore((s) => s.toggleChannels)
  const [active, setActive] = useState<number | null>(null)
  const eased = useTween(isAfter ? 1 : 0)
  const amount = channels > MOVED ? Number(isAfter) : eased
  const selected = useStore((s) => channelIn(layer, s))
  const maps = useMemo(() => ({ channels, height, width, values: view.maps }), [view, channels, height, width])
  const range = useMemo(() => greyRange(maps), [maps])
  const facts = useMemo(() => channelFacts(maps), [maps])
  const shapes = useMemo(
    () => tilesLayout({ channels, groups, order, aspect: height / width }, { width: size.width, height: size.height }),
    [channels, groups, order, height, width, size.width, size.height],
  )
  const each = channels / groups
  const describe = useCallback(
    (channel: number) => {
      const { mean = 0, max = 0 } = facts[channel] ?? {}
      const values = { n: channel, group: Math.floor(channel / each), mean: significant(mean, 3), max: significant(max, 3) }
      const text = t(groups > 1 ? 'lens.channel' : 'lens.channel.plain', values)
      return off.has(channel) ? t('lens.channel.zeroed', { channel: text }) : text
    },
    [t, facts, groups, each, off],
  )
  const settled = useDeferredValue(off)
  const title = `${layer.name}, ${t('lens.scale')} ${significant(range.low, 3)} – ${significant(range.high, 3)}`
  const table = useMemo(
    () => ({
      columns: [
        { key: 'channel', label: t('inspector.channel') },
        { key: 'group', label: t('lens.group') },
        { key: 'position', label: t('lens.position') },
        { key: 'mean', label: t('lens.mean'), text: threeDigits },
        { key: 'max', label: t('lens.max'), text: threeDigits },
        { key: 'zeroed', label: t('lens.zeroed'), text: (yes: unknown) => t(yes ? 'lens.yes' : 'lens.no') },
      ],
      rows: facts.map(({ mean, max }, c) => [c, groups > 1 ? Math.floor(c / each) : null, shapes.after[c] ?? c, mean, max, settled.has(c)]),
    }),
    [t, facts, groups, each, shapes, settled],
  )
  const known = active !== null && active < channels ? active : selected
  return (
    <>
      <Figure id={`feature-maps-${layer.name}`} title={title} caption={t('lens.chart', { name: layer.name, channels })} table={table}>
        <div className="lens-sheet">
          <Tiles
            shapes={shapes}
            maps={maps}
            range={range}
            groups={groups}
            amount={amount}
            off={off}
            active={known}
            label={t('lens.chart', { name: layer.name, channels })}
            describe={describe}
            onActive={setActive}
            onToggle={(channel) => void toggle([channel])}
          />
          <Runs shapes={shapes} view={view} isAfter={isAfter} />
        </div>
      </Figure>
      <p className="lens-foot small" aria-live="polite">
        <span>{known === null ? <span className="quiet">{t(isAfter ? 'lens.hint.after' : 'lens.hint')}</span> : describe(known)}</span>
        <span className="grow" />
        <span className="lens-scale quiet">
          {t('lens.scale')} <span className="num">{significant(range.low, 3)}</span>
          <span className="lens-ramp" aria-hidden="true" />
          <span className="num">{significant(range.high, 3)}</span>
        </span>
      </p>
    </>
  )
}

/** The name of each run of channels, which zeroes it. */
function Runs({ shapes, view, isAfter }: { readonly shapes: TileShapes; readonly view: LensView; readonly isAfter: boolean }) {
  const t = useText()
  const off = useStore((s) => s.lensOff)
  const toggle = useStore((s) => s.toggleChannels)
  const { channels, groups, order } = view.layer
  const each = channels / groups
  return (
    <>
      {shapes.runs.map(({ index, x, y, width }) => {
        const positions = Array.from({ length: each }, (_, i) => index * each + i)
        const own = isAfter && order ? positions.map((p) => order[p] ?? p) : positions
        const isOff = own.every((c) => off.has(c))
        const name = groups === 1 ? t('lens.run.all') : t(isAfter ? 'lens.run.after' : 'lens.run', { n: index })
        const isColoured = groups > 1 && !isAfter
        const action = t(isOff ? 'lens.run.restore' : 'lens.run.zero', { name, size: each })
        return (
          <button
            key={index}
            type="button"
            className="lens-run"
            style={{ left: x, top: y, maxWidth: Math.max(width, 96) }}
            aria-pressed={isOff}
            aria-label={action}
            title={action}
            onClick={() => void toggle(own)}
          >
            {isColoured && (
              <span className="lens-key" style={{ background: groupColour(index), color: groupInk(index) }} aria-hidden="true">
                {index}
              </span>
            )}
            <span className="ellipsis">{name}</span>
          </button>
        )
      })}
    </>
  )
}
