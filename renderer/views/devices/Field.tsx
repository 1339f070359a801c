/** A line of text to fill in, with its hint and why what stands there is refused. */
import { useId } from 'react'

export interface FieldProps {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly placeholder?: string
  readonly unit?: string
  /** To choose from; anything else can be typed. */
  readonly known?: readonly string[]
  readonly refused?: string | null
  readonly onChange: (value: string) => void
}

export function Field({ label, hint, value, placeholder, unit, known = [], refused = null, onChange }: FieldProps) {
  const id = useId()
  const described = [hint ? `${id}hint` : '', refused ? `${id}why` : ''].filter(Boolean).join(' ')
  return (
    <div className={refused ? 'devices-field is-refused' : 'devices-field'}>
      <label htmlFor={id}>{label}</label>
      <span className="devices-input">
        <input
          id={id}
          type="text"
          value={value}
          placeholder={placeholder}
          autoComplete="off"
          list={known.length > 0 ? `${id}known` : undefined}
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={refused !== null}
          aria-describedby={described || undefined}
          onChange={(e) => onChange(e.target.value)}
        />
        {known.length > 0 && (
          <datalist id={`${id}known`}>
            {known.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        )}
        {unit && <span className="quiet small">{unit}</span>}
      </span>
      {hint && (
        <p id={`${id}hint`} className="quiet small">
          {hint}
        </p>
      )}
      {refused && (
        <p id={`${id}why`} className="devices-refused small" role="alert">
          {refused}
        </p>
      )}
    </div>
  )
}
