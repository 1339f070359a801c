/** The one place where arguments become text for a remote POSIX shell. */
import { badInput } from '../../engine/index.ts'
import { printable } from './printable.ts'

/** Words that every POSIX shell reads as themselves; a leading `~`, `=` or `-` is not among them. */
const PLAIN = /^[A-Za-z0-9_./:@%+,][A-Za-z0-9_./:@%+,=-]*$/

/** OpenSSH hands the command to the login shell as one argument, and Linux allows 128 KiB for one (MAX_ARG_STRLEN). */
const MOST_BYTES = 100 * 1024

/**
 * One command line that a POSIX shell splits back into exactly `argv`, whatever the arguments hold.
 * It does not keep a program from reading an argument with a leading dash as an option: callers put `--` or `./` before it.
 * Throws ScopeError `bad-input` for what no command line can carry: no program, NUL, lone surrogates, more than 100 KiB.
 */
export function quote(argv: readonly string[]): string {
  const program = argv[0]
  if (program === undefined || program === '') throw badInput('Remote command', 'it names no program', 'Give a program and its arguments')
  const line = argv.map(quoteWord).join(' ')
  if (Buffer.byteLength(line) > MOST_BYTES) throw badInput('Remote command', 'it is longer than 100 KiB', 'Send long input as a file')
  return line
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw badInput('Remote command', `"${printable(word, 80)}" holds a NUL byte`, 'Choose another name')
  if (!word.isWellFormed()) throw badInput('Remote command', `"${printable(word, 80)}" is not valid Unicode`, 'Choose another name')
  if (PLAIN.test(word)) return word
  // Nothing is special between single quotes but the quote itself.
  return `'${word.replaceAll("'", "'\\''")}'`
}
