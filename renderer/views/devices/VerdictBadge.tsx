/** Whether a run can be believed, in one word. */
import type { Verdict } from '../../../engine/index.ts'
import { useText } from '../../store/context.ts'

const SIGNS = { valid: '✓', suspect: '?', emulated: '≈', wrong: '✕' } as const satisfies Record<Verdict['kind'], string>

export function VerdictBadge({ verdict }: { readonly verdict: Verdict }) {
  const t = useText()
  return (
    <span className={`verdict is-${verdict.kind}`}>
      <span aria-hidden="true">{SIGNS[verdict.kind]}</span> {t(`verdict.kind.${verdict.kind}`)}
    </span>
  )
}
