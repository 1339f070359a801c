// Finds Electron's program, which is no part of its npm package: present, downloadable within a time limit, or not to be had.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds within which the download server must have answered. */
const ANSWER_MS = 20_000
/** Milliseconds for the whole download, about 120 MB. */
const DOWNLOAD_MS = 15 * 60_000

/**
 * Why Electron cannot open a window here whatever is installed, as one clause; undefined where it can.
 * @param {{ platform: string, environment: Record<string, string | undefined>, root: boolean }} host
 * @returns {string | undefined}
 */
export function electronHindrance({ platform, environment, root }) {
  if (platform !== 'linux') return undefined
  if (!environment.DISPLAY && !environment.WAYLAND_DISPLAY) return 'there is no display'
  if (root) return 'you are root, whose programs Chromium cannot put into its sandbox; as another user it works'
  return undefined
}

/**
 * Path of the program in the package's folder, or undefined. Same places as electron/index.js.
 * @param {string} folder @param {Record<string, string | undefined>} environment
 * @returns {string | undefined}
 */
export function installedElectron(folder, environment = process.env) {
  try {
    const name = readFileSync(join(folder, 'path.txt'), 'utf8')
    const path = join(environment.ELECTRON_OVERRIDE_DIST_PATH || join(folder, 'dist'), name)
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

/**
 * Has the package's own installer fetch the program (or unpack it from its cache).
 * @param {string} folder
 * @param {{ environment?: Record<string, string | undefined>, answerMs?: number, downloadMs?: number, log?: (line: string) => void }} [options]
 * @returns {Promise<{ path: string } | { why: string }>}
 */
export async function installElectron(folder, { environment = process.env, answerMs = ANSWER_MS, downloadMs = DOWNLOAD_MS, log = () => {} } = {}) {
  if (!existsSync(join(folder, 'install.js'))) return { why: 'the electron package is not installed' }
  log('Getting Electron, once (about 120 MB) ...')
  const child = spawn(process.execPath, [join(folder, 'install.js')], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (data) => {
    stderr = (stderr + data).slice(-4000)
  })
  const probe = new AbortController()
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), downloadMs)
  try {
    const finished = new Promise((resolve) => {
      child.once('error', (error) => resolve({ why: `its installer did not start (${error.message})` }))
      child.once('exit', (code) => resolve(code === 0 ? undefined : { why: installerFailure(stderr) }))
    })
    // The installer may need no network (its cache), so the server's silence matters only while it still runs.
    const silent = answers(downloadAddress(folder, environment), environment, answerMs, probe.signal).then((why) =>
      why ? { why } : new Promise(() => {}),
    )
    const tooLong = new Promise((resolve) => {
      limit.signal.addEventListener('abort', () => resolve({ why: `its download took more than ${Math.round(downloadMs / 60_000)} minutes` }))
    })
    const failure = await Promise.race([finished, silent, tooLong])
    if (failure) return failure
    const path = installedElectron(folder, environment)
    return path ? { path } : { why: 'its installer left no program' }
  } finally {
    clearTimeout(timer)
    probe.abort()
    child.kill()
  }
}

/** @param {string} stderr */
function installerFailure(stderr) {
  const line = stderr.split('\n').find((text) => /\w*Error\b/.test(text)) ?? stderr.trim().split('\n').at(-1) ?? ''
  return `its download failed${line ? ` (${line.trim().slice(0, 200)})` : ''}`
}

/** @param {string} folder @param {Record<string, string | undefined>} environment */
function downloadAddress(folder, environment) {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const mirror = environment.npm_config_electron_mirror || environment.ELECTRON_MIRROR || 'https://github.com/electron/electron/releases/download/'
  return `${mirror}v${version}/SHASUMS256.txt`
}

/**
 * Undefined where the server says anything at all, else why not.
 * @param {string} address @param {Record<string, string | undefined>} environment @param {number} ms @param {AbortSignal} signal
 */
async function answers(address, environment, ms, signal) {
  // Behind a proxy that the installer knows and fetch does not, nothing can be said.
  if (environment.ELECTRON_GET_USE_PROXY) return undefined
  const silence = AbortSignal.timeout(ms)
  try {
    const response = await fetch(address, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.any([signal, silence]) })
    await response.body?.cancel()
    return undefined
  } catch {
    if (signal.aborted) return undefined
    const { host } = new URL(address)
    return silence.aborted ? `${host} did not answer within ${Math.max(1, Math.round(ms / 1000))} s` : `${host} cannot be reached`
  }
}
