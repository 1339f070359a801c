/** OpenSSH's own server on loopback, with keys of its own and one authorized test key. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

const SSHD = '/usr/sbin/sshd'
const PACKAGES = ['openssh-server', 'openssh-client']

let missing: string | undefined
let looked = false

/** Why there can be no server here; undefined where there can. Installs Debian's as root, once. */
export function sshdMissing(): string | undefined {
  if (looked) return missing
  looked = true
  const there = () => existsSync(SSHD) && spawnSync('ssh-keygen', ['-?']).error === undefined
  if (process.platform !== 'linux') missing = 'it needs Linux'
  else if (!there() && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (...args: string[]) => spawnSync('apt-get', args, { stdio: 'ignore', env, timeout: 180_000 })
    apt('update', '-q')
    apt('install', '-y', '-q', '--no-install-recommends', ...PACKAGES)
  }
  if (missing === undefined && !there()) missing = `it needs ${PACKAGES.join(' and ')}`
  return missing
}

export interface Sshd {
  readonly port: number
  readonly user: string
  /** Private keys: the authorized one, one that is not, and the authorized one locked with the passphrase `secret words`. */
  readonly key: string
  readonly wrongKey: string
  readonly lockedKey: string
  /** A known_hosts file with the server's keys. */
  readonly knownHosts: string
  /** Temporary folder of this server. */
  readonly folder: string
  /** Home folder of the sessions, where the server is not in another root. */
  readonly home: string
  readonly hostKeys: readonly string[]
  readonly pid: number
  log(): string
  /** Ends the listener and every session of it, as a crash would. */
  kill(): void
  /** Resolves once it listens, again. */
  up(): Promise<void>
  stop(): Promise<void>
}

export interface SshdOptions {
  /** Lines of sshd_config. */
  readonly extra?: readonly string[]
  readonly port?: number
  /** Keys of an earlier server, to come back as the same device. */
  readonly like?: Sshd
  /** Runs sshd elsewhere, e.g. in a root of another architecture. */
  readonly elsewhere?: {
    /** Folder of this machine that gets the configuration, and what sshd calls it. */
    readonly folder: string
    readonly inside: string
    launch(args: readonly string[]): ChildProcess
  }
}

/** Types of host keys, as files. */
const TYPES = ['ed25519', 'ecdsa', 'rsa'] as const

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'shufflescope-sshd-'))
  chmodSync(folder, 0o755)
  const from = options.like?.folder ?? folder
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', ['-q', ...args])
  if (!options.like) {
    for (const type of TYPES) keygen('-t', type, '-N', '', '-f', join(folder, `host_${type}`), ...(type === 'rsa' ? ['-b', '2048'] : []))
    keygen('-t', 'ed25519', '-N', '', '-f', join(folder, 'key'))
    keygen('-t', 'ed25519', '-N', '', '-f', join(folder, 'wrong'))
    writeFileSync(join(folder, 'locked'), readFileSync(join(folder, 'key')), { mode: 0o600 })
    keygen('-p', '-N', 'secret words', '-f', join(folder, 'locked'))
  }
  const port = options.port ?? (await freePort())
  const { elsewhere } = options
  const inside = elsewhere?.inside ?? from
  if (elsewhere) {
    mkdirSync(elsewhere.folder, { recursive: true })
    for (const name of [...TYPES.map((t) => `host_${t}`), 'key.pub'])
      writeFileSync(join(elsewhere.folder, name), readFileSync(join(from, name)), { mode: 0o600 })
  }
  const home = join(folder, 'home')
  mkdirSync(home, { mode: 0o700 })
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    ...TYPES.map((type) => `HostKey ${inside}/host_${type}`),
    `AuthorizedKeysFile ${inside}/key.pub`,
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'MaxStartups 100',
    'MaxSessions 100',
    'PidFile none',
    'LogLevel VERBOSE',
    // The account's own start-up files have no part in this.
    ...(elsewhere ? [] : [`SetEnv HOME=${home}`]),
    ...(options.extra ?? []),
  ]
  writeFileSync(join(elsewhere?.folder ?? folder, 'sshd_config'), `${config.join('\n')}\n`)
  const args = ['-D', '-e', '-f', `${elsewhere ? inside : folder}/sshd_config`]
  if (!elsewhere) mkdirSync('/run/sshd', { recursive: true })
  const child = elsewhere ? elsewhere.launch(args) : spawn(SSHD, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-100_000)
  })
  const knownHosts = join(folder, 'known_hosts')
  writeFileSync(
    knownHosts,
    TYPES.map((type) => {
      const [kind, key] = readFileSync(join(from, `host_${type}.pub`), 'utf8').split(' ')
      return `[127.0.0.1]:${port} ${kind} ${key}\n`
    }).join(''),
  )
  await listening(port, child, () => log)
  return {
    port,
    user: userInfo().username,
    key: join(from, 'key'),
    wrongKey: join(from, 'wrong'),
    lockedKey: join(from, 'locked'),
    knownHosts,
    folder: from,
    home,
    hostKeys: TYPES.map((type) => join(from, `host_${type}.pub`)),
    pid: child.pid ?? 0,
    log: () => log,
    kill() {
      for (const pid of [child.pid ?? 0, ...descendants(child.pid ?? 0)].filter(isSshd)) signal(pid)
    },
    up: () => listening(port, child, () => log),
    async stop() {
      const ended = child.exitCode !== null || child.signalCode !== null ? undefined : new Promise((done) => child.once('exit', done))
      for (const pid of [...descendants(child.pid ?? 0), child.pid ?? 0]) signal(pid)
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function signal(pid: number): void {
  if (pid <= 1) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** sshd, or sshd under an emulator, but not what starts it. */
function isSshd(pid: number): boolean {
  return /sshd/.test(commandOf(pid)) && !/unshare|while :/.test(commandOf(pid))
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** Processes below `pid`, the deepest last. */
export function descendants(pid: number): number[] {
  const children = (spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).stdout ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child ?? 0)
  return children.flatMap((child) => [child, ...descendants(child)])
}

/** Processes anywhere whose command line holds `text`, but for this one. */
export function running(text: string): string[] {
  return (spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8', maxBuffer: 1 << 26 }).stdout ?? '')
    .split('\n')
    .filter((line) => line.includes(text) && !line.includes('ps -eo'))
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Until it greets: one that is being killed still takes connections. */
async function listening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  const limit = Date.now() + 30_000
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.once('data', (greeting) => {
        socket.destroy()
        resolve(greeting.toString('latin1').startsWith('SSH-'))
      })
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
      socket.setTimeout(5000, () => socket.destroy())
    })
    if (open) return
    if (child.exitCode !== null || Date.now() > limit) throw new Error(`sshd did not start: ${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
