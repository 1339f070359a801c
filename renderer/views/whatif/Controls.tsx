/** The sliders: groups, scale or budget, input size, units of each stage, shuffle. */
import { HELD_GROUPS } from '../../../engine/index.ts'
import { short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import type { WhatIfSettings } from '../../store/whatIfSlice.ts'
import { Slider } from '../../ui/Slider.tsx'
import { type Baseline, BUDGETS, budgetOf, inputSizes, SCALES } from './data.ts'

const REPEATS = Array.from({ length: 16 }, (_, i) => i + 1)

/** Position of the value nearest to `value`, by ratio. */
function nearest(values: readonly number[], value: number): number {
  const away = (v: number) => Math.abs(Math.log(v / value))
  return values.reduce((best, v, i) => (away(v) < away(values[best] ?? 0) ? i : best), 0)
}

export function Controls({ settings, baseline }: { readonly settings: WhatIfSettings; readonly baseline: Baseline }) {
  const t = useText()
  const touched = useStore((s) => s.whatIf !== null)
  const setWhatIf = useStore((s) => s.setWhatIf)
  const change = (part: Partial<WhatIfSettings>) => setWhatIf({ ...settings, ...part })
  const { groups, scale, height, width, repeats, shuffle, budget } = settings
  const sizes = inputSizes([baseline.settings.height, baseline.settings.width])
  return (
    <form className="choices-panel whatif-controls" aria-label={t('whatif.controls')} onSubmit={(event) => event.preventDefault()}>
      <Slider
        label={t('whatif.groups')}
        values={HELD_GROUPS}
        at={nearest(HELD_GROUPS, groups)}
        text={String(groups)}
        onChange={(g) => change({ groups: g })}
      />
      {budget === null ? (
        <Slider label={t('whatif.scale')} values={SCALES} at={nearest(SCALES, scale)} text={`${scale}×`} onChange={(s) => change({ scale: s })} />
      ) : (
        <Slider
          label={t('whatif.budget')}
          values={BUDGETS}
          at={nearest(BUDGETS, budget)}
          text={t('whatif.macs', { n: short(budget) })}
          onChange={(macs) => change({ budget: macs })}
        />
      )}
      <label className="switch" title={t('whatif.hold.hint')}>
        <input type="checkbox" checked={budget !== null} onChange={(event) => change({ budget: event.target.checked ? budgetOf(settings) : null })} />
        <span className="term">{t('whatif.hold')}</span>
      </label>
      <Slider
        label={t('whatif.input')}
        values={sizes}
        at={sizes.findIndex(([h, w]) => h === height && w === width)}
        text={`${width} × ${height}`}
        onChange={([h, w]) => change({ height: h, width: w })}
      />
      {repeats.map((n, s) => (
        <Slider
          key={s}
          label={t('whatif.units', { stage: s + 2 })}
          values={REPEATS}
          at={n - 1}
          text={String(n)}
          onChange={(value) => {
            const [a, b, c] = repeats.map((old, i) => (i === s ? value : old))
            if (a !== undefined && b !== undefined && c !== undefined) change({ repeats: [a, b, c] })
          }}
        />
      ))}
      <label className="switch" title={groups === 1 ? t('whatif.shuffle.none') : undefined}>
        <input
          type="checkbox"
          checked={shuffle && groups > 1}
          disabled={groups === 1}
          onChange={(event) => change({ shuffle: event.target.checked })}
        />
        <span>{t('whatif.shuffle')}</span>
      </label>
      <button type="button" className="button is-small" disabled={!touched} onClick={() => setWhatIf(null)}>
        {t(baseline.opened ? 'whatif.reset.opened' : 'whatif.reset')}
      </button>
    </form>
  )
}
