import { describe, expect, it } from 'vitest'
import { bytes, milliseconds, short, table } from '../../../electron/cli/text.ts'

describe('table', () => {
  it('aligns words left and numbers right', () => {
    const made = table(
      ['name', 'n'],
      [
        ['a', 1],
        ['longer', 100],
        ['none', null],
      ],
    )
    expect(made).toBe('name      n\n------  ---\na         1\nlonger  100\nnone')
  })
})

describe('numbers', () => {
  it('are short', () => {
    expect([999, 1000, 24_000, 1_867_312, 136_500_672, 2e9, null].map(short)).toEqual(['999', '1.00 k', '24.0 k', '1.87 M', '136.5 M', '2.00 G', ''])
    expect([512, 1024, 1_804_800].map(bytes)).toEqual(['512 B', '1.00 KiB', '1.72 MiB'])
    expect([0.1234, 5.128, 230.27].map(milliseconds)).toEqual(['0.123', '5.13', '230.3'])
  })
})
