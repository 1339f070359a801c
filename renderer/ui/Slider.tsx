/** A choice along a list of values, as a native slider with its value in words beside it. */
import { useId } from 'react'

export interface SliderProps<T> {
  readonly label: string
  readonly values: readonly T[]
  /** Position in `values`. */
  readonly at: number
  readonly text: string
  readonly disabled?: boolean
  readonly onChange: (value: T) => void
}

export function Slider<T>({ label, values, at, text, disabled = false, onChange }: SliderProps<T>) {
  const id = useId()
  return (
    <div className={disabled ? 'slider is-disabled' : 'slider'}>
      <label htmlFor={id}>{label}</label>
      <output className="num" htmlFor={id}>
        {text}
      </output>
      <input
        id={id}
        type="range"
        min={0}
        max={values.length - 1}
        step={1}
        value={at}
        disabled={disabled}
        aria-valuetext={text}
        onChange={(event) => {
          const value = values[Number(event.target.value)]
          if (value !== undefined) onChange(value)
        }}
      />
    </div>
  )
}
