/** What `ssh` would connect to: a target given by hand or named in ~/.ssh/config, resolved to plain data. */
import { homedir, hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { badInput } from '../../engine/index.ts'
import { ConfigFiles, type Settings } from './configFiles.ts'
import { printable } from './printable.ts'

/** Jumps of jumps of jumps: more is a mistake or a trap. */
const MOST_JUMPS = 8

export interface Identity {
  readonly path: string
  /** Asked for by the user or the configuration, not a usual place: it is an error when it is not there. */
  readonly asked: boolean
}

export interface Target {
  /** As it was given. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly identities: readonly Identity[]
  /** Only these keys are tried, also where the agent has others. */
  readonly identitiesOnly: boolean
  /** Socket of the agent, if there is one. */
  readonly agent: string | undefined
  /** Hosts on the way, the first one first. */
  readonly proxyJump: readonly Target[]
  /** The first of them takes new keys. */
  readonly knownHostsFiles: readonly string[]
  /** Name to look for in known_hosts instead of the host. */
  readonly hostKeyAlias: string | undefined
  readonly hashKnownHosts: boolean
  /** What to do with the key of an unknown host. */
  readonly unknownHost: 'ask' | 'accept' | 'refuse'
}

export interface TargetOptions {
  readonly user?: string
  readonly port?: number
  /** Only this key is tried. */
  readonly identity?: string
  readonly knownHosts?: string
  /** Configuration files, the user's first; those of this computer if not given. */
  readonly configFiles?: readonly string[]
  readonly home?: string
  readonly environment?: NodeJS.ProcessEnv
}

/**
 * `name` is `[user@]host[:port]`, with brackets around an IPv6 address that has a port, or an alias of the configuration.
 * Throws ScopeError `usage` or `bad-input`, with the file and line where one is to blame.
 */
export async function resolveTarget(name: string, options: TargetOptions = {}): Promise<Target> {
  const home = options.home ?? homedir()
  const files = options.configFiles ?? configFilesOf(home)
  const config = new ConfigFiles(files, home)
  return resolveHop(name, options, { config, home, environment: options.environment ?? process.env, jumps: [] })
}

/** Hosts that the configuration knows by name, for a person to choose from. Throws ScopeError `bad-input` as `resolveTarget` does. */
export function configuredHosts(options: Pick<TargetOptions, 'configFiles' | 'home'> = {}): string[] {
  const home = options.home ?? homedir()
  return new ConfigFiles(options.configFiles ?? configFilesOf(home), home).hosts()
}

const configFilesOf = (home: string): string[] => [join(home, '.ssh/config'), '/etc/ssh/ssh_config']

interface Context {
  readonly config: ConfigFiles
  readonly home: string
  readonly environment: NodeJS.ProcessEnv
  /** Names that are being resolved, to find circles. */
  readonly jumps: readonly string[]
}

function resolveHop(name: string, options: TargetOptions, context: Context, ownJumps = true): Target {
  const { config, home, environment } = context
  const given = parseName(name)
  const settings = config.settingsOf(given.host)
  const tokens: Tokens = { '%': '%', h: given.host, n: given.host, d: home, u: userName(), l: hostname(), i: String(process.getuid?.() ?? '') }
  const configured = settings.one('hostname')
  // OpenSSH looks names up, also in known_hosts, in lower case.
  const host = (configured === undefined ? given.host : expand(configured, tokens, context, 'HostName')).toLowerCase()
  checkHost(host, name)
  const port = options.port ?? given.port ?? portOf(settings.one('port') ?? '22', name)
  const user = options.user ?? given.user ?? settings.one('user') ?? userName()
  if (user === '' || /[\p{Cc}\s]/u.test(user)) throw badInput(printable(name), `"${printable(user, 60)}" is no user name`, 'Give it as user@host')
  const all: Tokens = { ...tokens, h: host, p: String(port), r: user }
  const path = (text: string, key: string) => resolve(home, expand(text, all, context, key))

  const proxyCommand = settings.one('proxycommand')
  const jump = settings.one('proxyjump')
  if (ownJumps && jump === undefined && proxyCommand !== undefined && proxyCommand.toLowerCase() !== 'none')
    throw badInput(printable(name), 'its configuration has a ProxyCommand, which is not run here', 'Use ProxyJump in ~/.ssh/config instead')

  const agent = settings.one('identityagent') ?? 'SSH_AUTH_SOCK'
  const strict = settings.one('stricthostkeychecking')?.toLowerCase()
  return {
    name,
    host,
    port,
    user,
    identities: identitiesOf(settings, options, path),
    identitiesOnly: options.identity !== undefined || settings.one('identitiesonly')?.toLowerCase() === 'yes',
    agent:
      agent.toLowerCase() === 'none' ? undefined : agent === 'SSH_AUTH_SOCK' ? environment.SSH_AUTH_SOCK || undefined : path(agent, 'IdentityAgent'),
    proxyJump: ownJumps && jump !== undefined && jump.toLowerCase() !== 'none' ? jumpsOf(jump, name, options, context) : [],
    knownHostsFiles: knownHostsOf(settings, options, path),
    hostKeyAlias: settings.one('hostkeyalias')?.toLowerCase(),
    hashKnownHosts: settings.one('hashknownhosts')?.toLowerCase() === 'yes',
    unknownHost: strict === 'accept-new' ? 'accept' : strict === 'yes' ? 'refuse' : 'ask',
  }
}

function identitiesOf(settings: Settings, options: TargetOptions, path: (text: string, key: string) => string): Identity[] {
  if (options.identity !== undefined) return [{ path: resolve(options.identity), asked: true }]
  const configured = settings.all('identityfile').filter((file) => file.toLowerCase() !== 'none')
  if (settings.all('identityfile').length > 0) return configured.map((file) => ({ path: path(file, 'IdentityFile'), asked: true }))
  return ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((file) => ({ path: path(`~/.ssh/${file}`, 'IdentityFile'), asked: false }))
}

function knownHostsOf(settings: Settings, options: TargetOptions, path: (text: string, key: string) => string): string[] {
  if (options.knownHosts !== undefined) return [resolve(options.knownHosts)]
  const words = (key: string) => settings.all(key).filter((file) => file.toLowerCase() !== 'none')
  const own = settings.all('userknownhostsfile').length > 0 ? words('userknownhostsfile') : ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']
  const global = settings.all('globalknownhostsfile').length > 0 ? words('globalknownhostsfile') : ['/etc/ssh/ssh_known_hosts']
  return [...own.map((file) => path(file, 'UserKnownHostsFile')), ...global.map((file) => path(file, 'GlobalKnownHostsFile'))]
}

/** The first jump keeps the jumps of its own configuration, as `ssh -J` has it; the others are reached through the one before. */
function jumpsOf(list: string, name: string, options: TargetOptions, context: Context): Target[] {
  const jumps = [...context.jumps, name]
  if (jumps.length > MOST_JUMPS)
    throw badInput(printable(name), `it is reached over more than ${MOST_JUMPS} other hosts`, 'Check ProxyJump in ~/.ssh/config')
  const targets: Target[] = []
  for (const [index, part] of list.split(',').entries()) {
    const hop = part.trim().replace(/^ssh:\/\//, '')
    if (jumps.some((jump) => parseName(jump).host === parseName(hop).host))
      throw badInput(printable(name), `ProxyJump leads in a circle over ${printable(hop, 80)}`, 'Check ProxyJump in ~/.ssh/config')
    // A key or a port given for the device is not one for the hosts on the way.
    const passed: TargetOptions = options.knownHosts === undefined ? {} : { knownHosts: options.knownHosts }
    const target = resolveHop(hop, passed, { ...context, jumps }, index === 0)
    targets.push(...target.proxyJump, { ...target, proxyJump: [] })
  }
  if (targets.length > MOST_JUMPS)
    throw badInput(printable(name), `it is reached over more than ${MOST_JUMPS} other hosts`, 'Check ProxyJump in ~/.ssh/config')
  return targets
}

function parseName(name: string): { user?: string; host: string; port?: number } {
  const at = name.lastIndexOf('@')
  const user = at >= 0 ? { user: name.slice(0, at) } : {}
  const rest = name.slice(at + 1)
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(rest)
  const [, host, port] = bracketed ?? (/:.*:/.test(rest) ? [rest, rest] : (/^([^:]+)(?::(\d+))?$/.exec(rest) ?? []))
  if (host === undefined) throw badTarget(name)
  checkHost(host, name)
  return { ...user, host, ...(port === undefined ? {} : { port: portOf(port, name) }) }
}

/** Names, aliases and addresses: nothing that a shell, a log or known_hosts could take for something else. */
function checkHost(host: string, name: string): void {
  if (!/^[\p{L}\p{N}_.:%-]{1,255}$/u.test(host) || host.startsWith('-')) throw badTarget(name)
}

function badTarget(name: string) {
  return badInput(
    `"${printable(name, 100)}"`,
    'it is not a device',
    'Give it as user@host:port, with brackets around an IPv6 address, or as a name of ~/.ssh/config',
  )
}

function portOf(text: string, name: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65535)
    throw badInput(printable(name, 100), `"${printable(text, 40)}" is not a port`, 'Ports are 1 to 65535')
  return port
}

type Tokens = Readonly<Record<string, string>>

/** `~`, `%h` and `${NAME}` as ssh_config(5) has them. */
function expand(text: string, tokens: Tokens, { home, environment }: Context, key: string): string {
  const full = text
    .replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = environment[name]
      if (value === undefined) throw badInput(`${key} ${printable(text)}`, `the variable ${name} is not set`, 'Set it, or change ~/.ssh/config')
      return value
    })
    .replace(/%(.?)/gs, (_, letter: string) => {
      const value = Object.hasOwn(tokens, letter) ? tokens[letter] : undefined
      if (value === undefined) throw badInput(`${key} ${printable(text)}`, `%${printable(letter)} is not known here`, 'Write it out in ~/.ssh/config')
      return value
    })
  return full === '~' || full.startsWith('~/') ? join(home, full.slice(1)) : full
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? ''
  }
}
