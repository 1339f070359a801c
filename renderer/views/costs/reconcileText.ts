/** A reconciliation in words, in one line. */
import type { Translate } from '../../app/strings/index.ts'
import { short, signedPercent } from '../../charts/kit/format.ts'
import type { Match, Reconciliation as Reconciled } from './reconcile.ts'

export function reconciliationText(t: Translate, { counted, asOpened, matches }: Reconciled): string {
  const parts = matches.map((m) => matchText(t, m))
  return [t(asOpened ? 'reconcile.counted' : 'reconcile.countedAt', { macs: short(counted, 4) }), ...parts].join(' ')
}

function matchText(t: Translate, { paper, table, mflops, difference, reason }: Match): string {
  const figure = t(`reconcile.figure.${paper}`, { table, mflops })
  return t('reconcile.match', { figure, why: t(`reconcile.${reason}`, { difference: signedPercent(difference) }) })
}
