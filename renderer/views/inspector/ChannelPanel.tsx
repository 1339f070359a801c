/** One channel: where it comes from and where it goes through the unit. */
import { useMemo } from 'react'
import { reachOf } from '../../charts/unit/reach.ts'
import { useStore, useText } from '../../store/context.ts'
import type { ChannelRef } from '../../store/state.ts'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { LensLink } from '../lens/LensLink.tsx'

export function ChannelPanel({ channel }: { readonly channel: ChannelRef }) {
  const t = useText()
  const flow = useStore((s) => (s.shuffleOn ? s.unit?.on : s.unit?.off))
  const traceOnMap = useStore((s) => s.traceOnMap)
  const traceError = useStore((s) => s.traceError)
  const reach = useMemo(() => flow && reachOf(flow, channel.tensor, channel.channel), [flow, channel])
  if (!flow || !reach) return null
  const tensor = flow.tensors.find((x) => x.id === channel.tensor)
  const count = (ids: readonly number[]) => ({
    n: ids.reduce((sum, id) => sum + (reach.get(id)?.reduce((a, b) => a + b, 0) ?? 0), 0),
    all: ids.reduce((sum, id) => sum + (reach.get(id)?.length ?? 0), 0),
  })
  return (
    <section>
      <h2>{t('inspector.channel')}</h2>
      <p className="inspector-name">{t('unit.channel', { n: channel.channel, total: tensor?.channels ?? 0 })}</p>
      <p className="mono small wrap">{tensor?.name}</p>
      <Facts
        copyLabel={(value) => t('inspector.copy', { value })}
        facts={[
          { name: t('inspector.from'), value: t('inspector.ofInputs', count(flow.inputs)) },
          { name: t('inspector.to'), value: t('inspector.ofOutputs', count(flow.outputs)) },
        ]}
      />
      <button type="button" className="button is-small" onClick={() => void traceOnMap(channel)}>
        {t('trace.show')}
      </button>
      <LensLink of="channel" />
      {traceError && <ErrorNote error={traceError} />}
    </section>
  )
}
