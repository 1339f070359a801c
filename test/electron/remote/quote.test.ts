/** Arguments reach a program as they were, through every shell at hand. */
import { execFileSync, spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, quote } from '../../../electron/remote/index.ts'

const SHELLS: readonly (readonly string[])[] = [['/bin/sh'], ['dash'], ['bash'], ['busybox', 'sh'], ['zsh']]

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom("'", '"', '\\', '\n', ' ', '$', '`', '!', '-', '~', '*', '{', '}', ';', '&', '|', '#', '=', 'a'),
    maxLength: 20,
  }),
  fc.constantFrom(
    '',
    '-',
    '--',
    '-n',
    '-rf',
    '~',
    '~root',
    '=ls',
    '$HOME',
    '$(id)',
    '`id`',
    'é',
    '日本',
    '🦊',
    '\r\n',
    '\u202e',
    'a\tb',
    '!!',
    "'",
    "'\\''",
  ),
)
const argument = nasty.filter((text) => !text.includes('\0') && text.isWellFormed())

function split(shell: readonly string[], argv: readonly string[]): string[] {
  const [file = '', ...before] = shell
  const printed = execFileSync(file, [...before, '-c', quote(['printf', '%s\\0', ...argv])], { encoding: 'utf8', maxBuffer: 1 << 24 })
  return printed.split('\0').slice(0, -1)
}

describe('quote', () => {
  for (const shell of SHELLS) {
    const [file = ''] = shell
    const there = spawnSync(file, [...shell.slice(1), '-c', 'true']).error === undefined
    it.skipIf(!there)(`${shell.join(' ')} splits it back into the same arguments${there ? '' : ' (skipped: it is not installed)'}`, () => {
      fc.assert(
        fc.property(fc.array(argument, { minLength: 1, maxLength: 60 }), (argv) => {
          expect(split(shell, argv)).toEqual(argv)
        }),
        { numRuns: 40 },
      )
    })
  }

  it('survives being quoted twice, as for a shell inside a shell', () => {
    fc.assert(
      fc.property(argument, (word) => {
        expect(split(['/bin/sh'], [quote(['printf', '%s', word])])[0]).toBe(quote(['printf', '%s', word]))
        expect(execFileSync('/bin/sh', ['-c', quote(['sh', '-c', quote(['printf', '%s', word])])], { encoding: 'utf8' })).toBe(word)
      }),
      { numRuns: 30 },
    )
  })

  it('leaves plain words as a person would write them', () => {
    expect(quote(['ls', '/tmp/a-b_c.txt', '-l'])).toBe("ls /tmp/a-b_c.txt '-l'")
  })

  it.each([
    [[], /names no program/],
    [[''], /names no program/],
    [['echo', 'a\0b'], /"a\\x00b" holds a NUL/],
    [['echo', '\ud800'], /not valid Unicode/],
    [['echo', 'x'.repeat(200_000)], /longer than 100 KiB/],
  ])('refuses what no command line can carry: %#', (argv, words) => {
    expect(() => quote(argv)).toThrow(words)
  })
})

describe('printable', () => {
  it('lets nothing through that a terminal obeys or that reorders text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(printable(text, 100)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      }),
    )
    expect(printable('\x1b[2Jred\u202e\n')).toBe('\\x1b[2Jred\\u{202e}\\n')
  })

  it('is bounded', () => {
    expect(printable('x'.repeat(10_000_000), 10)).toBe('xxxxxxxxxx…')
  })
})
