/** One choice of a few, as radio buttons that look like one control. */
import { useId } from 'react'

export interface SegmentedProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string; readonly hint?: string }[]
  readonly onChange: (value: T) => void
  readonly labelShown?: boolean
}

export function Segmented<T extends string>({ label, value, options, onChange, labelShown = false }: SegmentedProps<T>) {
  const name = useId()
  return (
    <fieldset className="segmented">
      <legend className={labelShown ? 'segmented-label' : 'sr-only'}>{label}</legend>
      {options.map((o) => (
        <label key={o.value} title={o.hint}>
          <input type="radio" name={name} checked={o.value === value} onChange={() => onChange(o.value)} />
          <span>{o.label}</span>
        </label>
      ))}
    </fieldset>
  )
}
