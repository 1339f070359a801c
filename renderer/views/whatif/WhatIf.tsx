/** What if: a ShuffleNet v1 by sliders, what it costs, how that differs from the open network, and where the paper's points lie. */
import { useMemo } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { Architecture } from './Architecture.tsx'
import { Controls } from './Controls.tsx'
import { baselineOf, costOf } from './data.ts'
import { HeldTable } from './HeldTable.tsx'
import { Numbers } from './Numbers.tsx'
import { PaperScatter } from './PaperScatter.tsx'
import { StageBars } from './StageBars.tsx'

export function WhatIf() {
  const t = useText()
  const network = useStore((s) => s.network)
  const model = useStore((s) => s.model)
  const chosen = useStore((s) => s.whatIf)
  const setWhatIf = useStore((s) => s.setWhatIf)
  const baseline = useMemo(() => baselineOf(network, model), [network, model])
  const settings = chosen ?? baseline.settings
  const cost = useMemo(() => costOf(settings), [settings])
  const { groups, scale, height, width, classes } = baseline.settings
  return (
    <div className="choices whatif">
      <Controls settings={settings} baseline={baseline} />
      <div className="choices-result whatif-result">
        <p className="quiet small">{t(baseline.opened ? 'whatif.from.opened' : 'whatif.from.default', { groups, scale, width, height, classes })}</p>
        <Numbers after={cost} before={baseline.cost} />
        <Architecture cost={cost} />
        <StageBars after={cost} before={baseline.cost} />
        {settings.budget !== null && <HeldTable settings={settings} onGroups={(g) => setWhatIf({ ...settings, groups: g })} />}
        <PaperScatter after={cost} before={baseline.cost} />
      </div>
    </div>
  )
}
