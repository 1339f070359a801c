/** The total beside the figures that papers print for this network, in one line. */
import { useMemo } from 'react'
import type { Translate } from '../../app/strings/index.ts'
import { exact, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import type { ModelView, NetworkView } from '../../workers/contract.ts'
import { type Match, type Reconciliation as Reconciled, reconcile } from './reconcile.ts'

export function Reconciliation({ network, model }: { readonly network: NetworkView; readonly model: ModelView }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const asFlops = useStore((s) => s.asFlops)
  const setAsFlops = useStore((s) => s.setAsFlops)
  const found = useMemo(() => reconcile(network, model, convention), [network, model, convention])
  return (
    <div className="reconcile small">
      <p className="grow" title={found ? exact(found.counted) : undefined}>
        {found ? reconciliationText(t, found) : t('reconcile.none')}
      </p>
      <label className="reconcile-flops" title={t('reconcile.flops.hint')}>
        <input type="checkbox" checked={asFlops} onChange={(event) => setAsFlops(event.target.checked)} />
        {t('reconcile.flops')}
      </label>
    </div>
  )
}

export function reconciliationText(t: Translate, { counted, asOpened, matches }: Reconciled): string {
  const parts = matches.map((m) => matchText(t, m))
  return [t(asOpened ? 'reconcile.counted' : 'reconcile.countedAt', { macs: short(counted, 4) }), ...parts].join(' ')
}

function matchText(t: Translate, { paper, table, mflops, difference, reason }: Match): string {
  const figure = t(`reconcile.figure.${paper}`, { table, mflops })
  const percent = `${difference > 0 ? '+' : '−'}${Math.abs(100 * difference).toFixed(1)} %`
  return t('reconcile.match', { figure, why: t(`reconcile.${reason}`, { difference: percent }) })
}
