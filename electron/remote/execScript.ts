/** The shell scripts around a remote command: where its output begins, and how it dies with its channel. */
import { quote } from './quote.ts'

/** Both streams get this before the command's own output: start-up files of login shells may print anything before it. */
const MARK = 'printf "\\n%s\\n" "$0"; printf "\\n%s\\n" "$0" >&2'

/**
 * Standard input is the lifeline: at its end, or when no beat comes for `$1` seconds, the command's process group is ended.
 * The command gets a group of its own (setsid); where a device has no setsid, only the command itself can be ended.
 * sshd sends no signal to a command without a terminal, so without this it would outlive its link.
 */
const WATCHED = [
  'silence=$1; shift',
  'exec 3<&0 0</dev/null',
  'if command -v setsid >/dev/null 2>&1; then setsid "$@" 3<&- & else "$@" 3<&- & fi',
  'child=$!',
  // Until the child has its group, it answers to its own number only.
  'stop() { kill -s "$1" -- "-$child" 2>/dev/null || kill -s "$1" "$child" 2>/dev/null; }',
  'trap "stop TERM" HUP INT TERM',
  [
    '( if timeout 1 true; then beat() { timeout "$silence" sh -c "read -r _"; }; else beat() { read -r _; }; fi',
    'while beat; do :; done',
    'stop TERM; sleep 2; stop KILL ) <&3 >/dev/null 2>&1 &',
  ].join('; '),
  'watch=$!',
  'exec 3<&-',
  'wait "$child"; code=$?',
  // What the command left in the background goes with it.
  'kill -s KILL -- "-$child" 2>/dev/null',
  'kill -s KILL "$watch" 2>/dev/null',
  'exit "$code"',
]
  .join('; ')
  .replaceAll('&;', '&')

export interface Wrapping {
  /** A word that nothing else prints. */
  readonly token: string
  readonly watched: boolean
  readonly env: Readonly<Record<string, string>>
  /** Seconds without a beat after which a watched command is ended. */
  readonly silenceSeconds: number
}

/** One line, for a shell may be one that keeps no line breaks in its words. Throws ScopeError `bad-input` as `quote` does. */
export function wrapped(argv: readonly string[], { token, watched, env, silenceSeconds }: Wrapping): string {
  quote(argv)
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const command = variables.length > 0 ? ['env', ...variables, ...argv] : argv
  return watched
    ? `exec ${quote(['sh', '-c', `${MARK}; ${WATCHED}`, token, String(silenceSeconds), ...command])}`
    : `exec ${quote(['sh', '-c', `${MARK}; exec "$@"`, token, ...command])}`
}
