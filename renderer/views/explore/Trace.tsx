/** A channel traced through the network: what it says above the map. */
import { useStore, useText } from '../../store/context.ts'
import type { State } from '../../store/state.ts'
import type { TraceView } from '../../workers/contract/index.ts'

/** The trace, while the model and the stage that it was made in are shown. */
export function shownTrace({ trace, handle, stage }: State): TraceView | null {
  return trace && trace.handle === handle && trace.stage === stage ? trace.view : null
}

export function TraceHead({ trace }: { readonly trace: TraceView }) {
  const t = useText()
  const stop = useStore((s) => s.stopTrace)
  const shuffled = useStore((s) => s.trace?.shuffle ?? true)
  return (
    <div className="trace-head grow" title={t('trace.hint')}>
      <p className="ellipsis" role="status">
        {t('trace.title', { channel: trace.channel, name: trace.name })}
        {!shuffled && <span className="quiet"> ({t('trace.off')})</span>}
      </p>
      <button type="button" className="button is-small" onClick={stop}>
        {t('trace.stop')}
      </button>
    </div>
  )
}
