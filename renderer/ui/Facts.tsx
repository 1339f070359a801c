/** Facts as pairs of a name and a value; an exact value is copied by a click. */
import type { ReactNode } from 'react'

export interface Fact {
  readonly name: string
  readonly value: ReactNode
  /** Shown in the tooltip and copied, where it says more than the value. */
  readonly exact?: string
  readonly mono?: boolean
}

export function Facts({ facts, copyLabel }: { readonly facts: readonly Fact[]; readonly copyLabel: (value: string) => string }) {
  return (
    <dl className="facts">
      {facts.map(({ name, value, exact, mono }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={mono ? 'mono' : undefined}>
            {exact === undefined ? (
              value
            ) : (
              <button type="button" className="copy" title={exact} aria-label={copyLabel(exact)} data-copy={exact}>
                {value}
              </button>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
