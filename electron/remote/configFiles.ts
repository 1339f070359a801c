/** The text of ssh_config(5) files with what they include, and what they say about one host. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import SSHConfig from 'ssh-config'
import { badInput, ScopeError } from '../../engine/index.ts'
import { globMatches } from './knownHosts.ts'
import { printable } from './printable.ts'

const MOST_BYTES = 1024 * 1024
const MOST_FILES = 100
const MOST_NAMES = 500
const MOST_NAME = 255
/** As in OpenSSH (READCONF_MAX_DEPTH). */
const MOST_DEPTH = 16

export interface Settings {
  /** First value of a keyword, which is the one that counts. */
  one(key: string): string | undefined
  all(key: string): string[]
}

export class ConfigFiles {
  readonly #files: readonly string[]
  readonly #home: string

  /** Files that are not there count as empty. */
  constructor(files: readonly string[], home: string) {
    this.#files = files
    this.#home = home
  }

  /** Throws ScopeError `bad-input` for what cannot be read. Includes inside of a section are left out: they hold for its hosts alone. */
  hosts(): string[] {
    const state: Reading = { host: '', home: this.#home, files: 0, bytes: 0 }
    return namesIn(this.#files.map((file) => readText(file, dirname(file), 0, state)).join('\n'))
  }

  /** Throws ScopeError `bad-input` for what cannot be read. */
  settingsOf(host: string): Settings {
    const state: Reading = { host, home: this.#home, files: 0, bytes: 0 }
    // What follows the last section of a file is not part of it in the next file.
    const texts = this.#files.map((file) => `Host *\n${readText(file, dirname(file), 0, state)}\n`)
    const values = compute(texts.join('\n'), host)
    const all = (key: string): string[] => {
      const value = Object.hasOwn(values, key) ? values[key] : undefined
      if (value === undefined) return []
      return (Array.isArray(value) ? value : [value]).map(String)
    }
    return { all, one: (key) => all(key)[0] }
  }
}

/** Names that Host lines give in full, in their order; patterns are not names. */
function namesIn(text: string): string[] {
  const names = new Set<string>()
  for (const line of text.split('\n')) {
    const list = /^\s*host(?:\s*=\s*|\s+)(.+?)\s*$/i.exec(line)?.[1]
    for (const word of list?.match(/"[^"]*"|\S+/g) ?? []) {
      const name = word.replace(/^"|"$/g, '')
      if (/^[^\s*?!#\p{Cc}]+$/u.test(name) && name.length <= MOST_NAME && names.size < MOST_NAMES) names.add(name)
    }
  }
  return [...names]
}

/** Nothing that a configuration names is run. */
function compute(text: string, host: string): Record<string, string | string[]> {
  try {
    return SSHConfig.parse(text).compute({ Host: host }, { ignoreCase: true, matchExec: false })
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    throw badInput('SSH configuration', printable(message, 200), 'Check ~/.ssh/config with "ssh -G host"')
  }
}

interface Reading {
  readonly host: string
  readonly home: string
  files: number
  bytes: number
}

const ALL = 'Host *'

function applies(section: string, host: string): boolean {
  return compute(`${section}\n  Tag here\n`, host).tag === 'here'
}

function readText(file: string, folder: string, depth: number, state: Reading): string {
  if (depth > MOST_DEPTH || ++state.files > MOST_FILES)
    throw badInput(printable(file), 'files of the SSH configuration include each other without end', 'Check the Include lines')
  let text: string
  try {
    const { size } = statSync(file)
    state.bytes += size
    if (state.bytes > MOST_BYTES) throw badInput(printable(file), 'the SSH configuration has more than 1 MiB', 'Check the Include lines')
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof ScopeError) throw thrown
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    throw badInput(printable(file), `it cannot be read (${printable(code)})`, 'Check its permissions')
  }
  let section = ALL
  return text
    .split(/\r?\n/)
    .map((line) => {
      // Host names are never looked up by another program, and nothing is run.
      if (/^\s*canonicalizehostname\b/i.test(line)) return ''
      if (/^\s*(host|match)[\s=]/i.test(line)) section = line
      const include = /^\s*include[\s=]+(.+?)\s*$/i.exec(line)?.[1]
      // What follows an included file belongs to the section that includes it, not to the last one inside.
      if (include === undefined) return line
      // Inside a section, an include counts for the hosts of the section only.
      if (section !== ALL && !applies(section, state.host)) return ''
      return `${ALL}\n${included(include, folder, depth, state)}\n${section}`
    })
    .join('\n')
}

/** Paths are relative to the folder of the including configuration; the last part may hold `*` and `?`. */
function included(list: string, folder: string, depth: number, state: Reading): string {
  const words = list.match(/"[^"]*"|\S+/g) ?? []
  const texts: string[] = []
  for (const word of words) {
    const bare = word.replace(/^"|"$/g, '')
    const path = bare.startsWith('~/') ? join(state.home, bare.slice(2)) : resolve(folder, bare)
    for (const file of globFiles(path)) texts.push(readText(file, folder, depth + 1, state))
  }
  return texts.join('\n')
}

function globFiles(path: string): string[] {
  const parent = dirname(path)
  const pattern = path.slice(parent.length).replace(/^\//, '')
  if (!/[*?]/.test(pattern)) return [path]
  try {
    return readdirSync(parent)
      .filter((name) => (!name.startsWith('.') || pattern.startsWith('.')) && globMatches(pattern, name))
      .sort()
      .map((name) => join(parent, name))
  } catch {
    return []
  }
}
