/** What the original and the variant see in the photo, side by side. */
import { type Measured, variantOf } from '../../store/compressSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import type { RunView } from '../../workers/contract/index.ts'
import { TopClasses } from '../photo/TopClasses.tsx'
import { differingPhotos, variantName } from './compressData.ts'

export function Answers({ original }: { readonly original: Measured }) {
  const t = useText()
  const variant = useStore(variantOf)
  const photo = useStore((s) => s.photo)
  const run = useStore((s) => s.run)
  const other = useStore((s) => (s.variantRun?.variant === variantOf(s) && s.variantRun?.photo === s.photo ? s.variantRun?.view : null))
  if (!variant) return null
  const differing = differingPhotos(original, variant).size
  return (
    <section className="compress-answers" aria-label={t('compress.answers')}>
      <div className="compress-head">
        <h3>{t('compress.answers')}</h3>
        <p className="quiet small ellipsis">
          {photo?.name}
          {variant.answers &&
            ` · ${t(differing === 0 ? 'compress.answers.all' : 'compress.answers.differ', { n: differing, of: variant.answers.view.top.length })}`}
        </p>
      </div>
      {photo ? (
        <div className="compare-two">
          <Side name={t('compress.original')} run={run} />
          <Side name={variantName(t, variant.choice)} run={other} />
        </div>
      ) : (
        <p className="quiet">{t('compress.answers.noPhoto')}</p>
      )}
    </section>
  )
}

function Side({ name, run }: { readonly name: string; readonly run: RunView | null }) {
  return (
    <div>
      <p className="small ellipsis" title={name}>
        <b>{name}</b>
      </p>
      {run && <TopClasses top={run.top} />}
    </div>
  )
}
