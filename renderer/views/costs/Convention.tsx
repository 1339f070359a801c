/** The choice of what counts as a multiply-accumulate. */
import { useStore, useText } from '../../store/context.ts'
import { Segmented } from '../../ui/Segmented.tsx'

/** "conv" adds up the same as "paper", so it is not offered twice. */
const OFFERED = ['paper', 'conv+fc', 'all'] as const

export function Convention({ labelShown = true }: { readonly labelShown?: boolean }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const setConvention = useStore((s) => s.setConvention)
  return (
    <Segmented
      label={t('convention.label')}
      labelShown={labelShown}
      value={convention === 'conv' ? 'paper' : convention}
      options={OFFERED.map((c) => ({ value: c, label: t(`convention.${c}.short`), hint: t(`convention.${c}`) }))}
      onChange={setConvention}
    />
  )
}
