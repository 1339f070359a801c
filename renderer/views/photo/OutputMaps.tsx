/** What a network puts out that has no classes and no known head: the channels of its outputs as grey images. */
import { useMemo, useState } from 'react'
import { shape, significant } from '../../charts/kit/format.ts'
import { type Size, useSize } from '../../charts/kit/size.ts'
import { channelFacts, greyRange } from '../../charts/maps/images.ts'
import { Tiles } from '../../charts/maps/Tiles.tsx'
import { tilesLayout } from '../../charts/maps/tiles.ts'
import { useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import type { OutputMaps as Maps, OutputsView } from '../../workers/contract/index.ts'

export function OutputMaps({ outputs }: { readonly outputs: OutputsView }) {
  const t = useText()
  return (
    <section className="outputs" aria-label={t('outputs.title')}>
      <h3>{t('outputs.title')}</h3>
      <p className="small quiet">{t('outputs.hint')}</p>
      {outputs.maps.map((maps) => (
        <Output key={maps.name} maps={maps} />
      ))}
      {outputs.others.map(({ name, shape: extents }) => (
        <p key={name} className="small">
          {t('outputs.other', { name, shape: shape(extents) })}
        </p>
      ))}
    </section>
  )
}

const NONE_OFF: ReadonlySet<number> = new Set()
const threeDigits = (value: unknown): string => significant(Number(value), 3)

/** Tiles are at least so wide, with the gap between them, and go on downwards. */
const PITCH = 38

function sheetFor(width: number, tiles: number, aspect: number): Size {
  const columns = Math.max(1, Math.floor(width / PITCH))
  return { width, height: Math.ceil(tiles / columns) * Math.ceil(PITCH * Math.max(aspect, 0.2) + 2) }
}

function Output({ maps: { name, channels, shown, height, width, values } }: { readonly maps: Maps }) {
  const t = useText()
  const [ref, size] = useSize<HTMLDivElement>()
  const [active, setActive] = useState<number | null>(null)
  const maps = useMemo(() => ({ channels: shown, height, width, values }), [shown, height, width, values])
  const range = useMemo(() => greyRange(maps), [maps])
  const facts = useMemo(() => channelFacts(maps), [maps])
  const room = size?.width
  const shapes = useMemo(
    () =>
      room ? tilesLayout({ channels: shown, groups: 1, order: null, aspect: height / width, head: 0 }, sheetFor(room, shown, height / width)) : null,
    [shown, height, width, room],
  )
  const describe = (channel: number) => {
    const { mean = 0, max = 0 } = facts[channel] ?? {}
    return t('lens.channel.plain', { n: channel, mean: significant(mean, 3), max: significant(max, 3) })
  }
  const title = t(channels > shown ? 'outputs.first' : 'outputs.all', { name, shown, channels, shape: shape([channels, height, width]) })
  const table = {
    columns: [
      { key: 'channel', label: t('inspector.channel') },
      { key: 'mean', label: t('lens.mean'), text: threeDigits },
      { key: 'max', label: t('lens.max'), text: threeDigits },
    ],
    rows: facts.map(({ mean, max }, c) => [c, mean, max]),
  }
  return (
    <div className="output" ref={ref}>
      <p>{title}</p>
      {shapes && (
        <Figure id={`output-${name}`} title={title} table={table}>
          <Tiles
            shapes={shapes}
            maps={maps}
            range={range}
            groups={1}
            amount={0}
            off={NONE_OFF}
            active={active}
            label={title}
            describe={describe}
            onActive={setActive}
          />
        </Figure>
      )}
      <p className="small quiet" aria-live="polite">
        {active === null ? t('outputs.range', { low: significant(range.low, 3), high: significant(range.high, 3) }) : describe(active)}
      </p>
    </div>
  )
}
