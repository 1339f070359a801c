/** The totals of the network that the sliders describe, each with its change. */
import { macsOf, type V1Cost } from '../../../engine/index.ts'
import { bytes, exact, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { changeText } from './data.ts'

export function Numbers({ after, before }: { readonly after: V1Cost; readonly before: V1Cost }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const asFlops = useStore((s) => s.asFlops)
  const times = asFlops ? 2 : 1
  const facts = [
    {
      name: t(asFlops ? 'whatif.flops' : 'strip.macs'),
      hint: t(`convention.${convention}`),
      of: (c: V1Cost) => times * macsOf(c.total, convention),
      text: (n: number) => short(n, 4),
    },
    { name: t('strip.params'), hint: t('whatif.params.hint'), of: (c: V1Cost) => c.total.params, text: (n: number) => short(n, 4) },
    { name: t('whatif.activations'), hint: t('whatif.activations.hint'), of: (c: V1Cost) => c.total.bytesWritten, text: bytes },
    {
      name: t('whatif.shuffles', { n: after.shuffles.count }),
      hint: t('whatif.shuffles.hint'),
      of: (c: V1Cost) => c.shuffles.bytes,
      text: bytes,
    },
  ]
  return (
    <dl className="whatif-numbers" aria-live="polite">
      {facts.map(({ name, hint, of, text }) => (
        <div key={name}>
          <dt title={hint}>
            <span className="term">{name}</span>
          </dt>
          <dd className="num" title={exact(of(after))} data-copy={String(of(after))}>
            {text(of(after))}
          </dd>
          <dd className="num quiet small" title={`${exact(of(before))} → ${exact(of(after))}`}>
            {changeText(of(after), of(before))}
          </dd>
        </div>
      ))}
    </dl>
  )
}
