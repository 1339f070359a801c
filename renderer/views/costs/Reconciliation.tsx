/** The total beside the figures that papers print for this network, in one line. */
import { useMemo } from 'react'
import { exact } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import type { ModelView, NetworkView } from '../../workers/contract/index.ts'
import { reconcile } from './reconcile.ts'
import { reconciliationText } from './reconcileText.ts'

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
