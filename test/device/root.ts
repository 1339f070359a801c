/** A real arm64 Debian root with sshd, built once from Debian's packages and kept outside the repository. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const CACHE = process.env.SHUFFLESCOPE_TEST_DEVICE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'shufflescope-test-device')
/** A new number makes a new root. */
const ROOT = join(CACHE, 'root-2')
const LOCK = join(CACHE, 'lock')

const SUITE = 'bookworm'
const INCLUDE = 'openssh-server,procps,libatomic1,libstdc++6,libfaketime'
const PACKAGES = ['qemu-user-static', 'binfmt-support', 'mmdebstrap', 'arch-test', 'debian-archive-keyring', 'openssh-server', 'openssh-client']
const TOOLS = ['/usr/bin/mmdebstrap', '/usr/sbin/update-binfmts', '/usr/bin/arch-test', '/usr/sbin/sshd']

const APT_MS = 5 * 60_000
/** About 70 s on a quiet machine. */
const BUILD_MS = 20 * 60_000

export type Root = { readonly path: string } | { readonly missing: string }

/** The root, built if need be; else why there is none here, in words. */
export async function deviceRoot(): Promise<Root> {
  if (process.platform !== 'linux') return { missing: 'it needs Linux' }
  if (process.getuid?.() !== 0) return { missing: 'it needs root, for mounts and chroot' }
  mkdirSync(CACHE, { recursive: true })
  await lock()
  try {
    const built = existsSync(ROOT)
    const missing = (built ? undefined : installTools()) ?? enableEmulation(built)
    if (missing !== undefined) return { missing }
    return existsSync(ROOT) ? { path: ROOT } : build()
  } finally {
    rmSync(LOCK, { recursive: true, force: true })
  }
}

function installTools(): string | undefined {
  const absent = () => TOOLS.filter((tool) => !existsSync(tool))
  if (absent().length === 0) return undefined
  if (!existsSync('/etc/debian_version')) return `it needs ${PACKAGES.join(', ')} (installed by itself on Debian only)`
  console.error('installing emulator and bootstrapper from Debian, for the tests that need an ARM device ...')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'pipe'], env, timeout: APT_MS, encoding: 'utf8' })
  apt('update', '-q')
  const { stderr } = apt('install', '-y', '-q', '--no-install-recommends', ...PACKAGES)
  return absent().length === 0 ? undefined : `Debian's packages could not be installed (${lastLine(stderr)})`
}

/** Lets the kernel start arm64 programs through the emulator. */
function enableEmulation(built: boolean): string | undefined {
  if (process.arch === 'arm64') return undefined
  if (!existsSync('/proc/sys/fs/binfmt_misc/register')) spawnSync('mount', ['-t', 'binfmt_misc', 'binfmt_misc', '/proc/sys/fs/binfmt_misc'])
  if (!existsSync('/proc/sys/fs/binfmt_misc/qemu-aarch64')) spawnSync('update-binfmts', ['--enable', 'qemu-aarch64'])
  const works = built ? spawnSync('chroot', [ROOT, '/bin/true'], { timeout: 60_000 }).status === 0 : spawnSync('arch-test', ['arm64']).status === 0
  return works ? undefined : 'this kernel does not start arm64 programs through qemu (binfmt_misc)'
}

function build(): Root {
  const draft = `${ROOT}.draft`
  rmSync(draft, { recursive: true, force: true })
  console.error('building an arm64 Debian for the tests that need an ARM device (about 70 s, once) ...')
  const start = performance.now()
  const args = ['--arch=arm64', '--variant=minbase', `--include=${INCLUDE}`, SUITE, draft]
  const { status, stderr, error } = spawnSync('mmdebstrap', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: BUILD_MS, encoding: 'utf8' })
  if (status !== 0) {
    rmSync(draft, { recursive: true, force: true })
    const late = error && 'code' in error && error.code === 'ETIMEDOUT'
    return { missing: late ? `building its root took more than ${BUILD_MS / 60_000} minutes` : `its root could not be built (${lastLine(stderr)})` }
  }
  renameSync(draft, ROOT)
  console.error(`built in ${((performance.now() - start) / 1000).toFixed(0)} s: ${ROOT}`)
  return { path: ROOT }
}

function lastLine(text: string | null): string {
  return text?.trim().split('\n').at(-1)?.slice(0, 200) ?? 'no words'
}

/** One builder at a time; a lock whose owner is gone is taken over. */
async function lock(): Promise<void> {
  for (const limit = Date.now() + BUILD_MS + APT_MS; Date.now() < limit; ) {
    try {
      mkdirSync(LOCK)
      writeFileSync(join(LOCK, 'pid'), String(process.pid))
      return
    } catch {
      if (abandoned()) rmSync(LOCK, { recursive: true, force: true })
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  throw new Error(`${LOCK} is held by another process`)
}

function abandoned(): boolean {
  try {
    const pid = Number(readFileSync(join(LOCK, 'pid'), 'utf8'))
    return !existsSync(`/proc/${pid}`)
  } catch {
    // Its owner may be about to write its number.
    try {
      return Date.now() - statSync(LOCK).mtimeMs > 10_000
    } catch {
      return false
    }
  }
}
