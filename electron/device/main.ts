/**
 * The program on the device, built to one file that needs Node and nothing else: `runner.mjs probe` says what the device is;
 * `runner.mjs run` reads a job from standard input and measures it. It ends when standard input does: whoever started it
 * holds the other end, and nothing may be left running when the link drops.
 */
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem, version } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { detectFeatures, errorFrom, type PoolStart, poolWorkerMain, ScopeError } from '../../engine/index.ts'
import { openBackend } from './backends.ts'
import { FIRMWARE, watch } from './conditions.ts'
import { realFiles } from './files.ts'
import { measure } from './measure.ts'
import { type DeviceEvent, type Job, jobSchema, LINE_MARK } from './messages.ts'
import { endLeftRuns } from './others.ts'
import { probeDevice } from './probe.ts'

const MOST_JOB = 2 ** 20
const LOST = 3

function tell(event: DeviceEvent): void {
  process.stdout.write(`${LINE_MARK}${JSON.stringify(event)}\n`)
}

/** The Raspberry Pi's own tool, where the kernel has no file for it. */
function askFirmware(): string | undefined {
  try {
    return execFileSync('vcgencmd', ['get_throttled'], { encoding: 'utf8', timeout: 2000, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 4096 })
  } catch {
    return undefined
  }
}

function hello(firmware: string | undefined): void {
  const around = {
    arch: process.arch,
    kernel: `${release()} ${version()}`,
    cores: Math.max(1, cpus().length),
    memoryBytes: totalmem(),
    now: Date.now(),
    reportsThrottling: firmware !== undefined || realFiles.text(FIRMWARE) !== undefined,
  }
  const { node, v8 } = process.versions
  const { relaxedSimd } = detectFeatures()
  tell({ type: 'hello', node, v8, arch: process.arch, relaxedSimd, cores: availableParallelism(), device: probeDevice(realFiles, around) })
}

/** The job's one line; then the end of standard input is the end of this program. */
function readJob(): Promise<Job> {
  return new Promise((resolve, reject) => {
    let text = ''
    let have = false
    const take = (chunk: string): void => {
      if (have) return
      text += chunk
      const end = text.indexOf('\n')
      if (end < 0 && text.length <= MOST_JOB) return
      have = true
      try {
        resolve(jobSchema.parse(JSON.parse(text.slice(0, end))))
      } catch (cause) {
        reject(
          new ScopeError({ code: 'internal', what: 'Job', why: 'it is not as this program expects it', hint: 'Push the runner again' }, { cause }),
        )
      }
    }
    process.stdin.setEncoding('utf8').on('data', take)
    process.stdin.on('end', () => process.exit(LOST))
    process.stdin.on('error', () => process.exit(LOST))
  })
}

async function run(): Promise<void> {
  const job = await readJob()
  await endLeftRuns(realFiles, process.pid, (pid) => process.kill(pid, 'SIGKILL'))
  const firmware = realFiles.text(FIRMWARE) === undefined ? askFirmware() : undefined
  hello(firmware)
  const all = Array.from({ length: cpus().length }, (_, i) => i)
  const eyes = watch(realFiles, job.pinned ?? all, () => (firmware === undefined ? undefined : askFirmware()))
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 0))
  for (const threads of job.threads) {
    tell({ type: 'progress', phase: 'loading', threads, done: 0, total: 1 })
    // Before anything of ours runs: the load is of others.
    tell({ type: 'condition', threads, condition: { ...eyes.look(-1, null), load: loadavg()[0] ?? null } })
    const backend = await openBackend(job, threads, fileURLToPath(import.meta.url))
    await measure(backend, job, eyes, { tell, pause })
    await backend.close()
  }
}

async function main(): Promise<void> {
  // A host that is gone takes no more words; a write to it must not be a crash that leaves a trace in a log.
  process.stdout.on('error', () => process.exit(LOST))
  if (process.argv[2] === 'probe') hello(askFirmware())
  else await run()
  tell({ type: 'end' })
}

// V8 of Node 20 has relaxed SIMD behind a flag, which counts only before the first Wasm compile of the process.
if (isMainThread && Number(process.versions.node.split('.')[0]) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd')
if (!isMainThread) poolWorkerMain(workerData as PoolStart, () => parentPort?.postMessage('ready'))
else
  main().then(
    () => process.exit(0),
    (thrown: unknown) => {
      const { what, why, hint } = errorFrom(thrown)
      tell({ type: 'failed', what: what.slice(0, 500), why: why.slice(0, 2000), hint: hint.slice(0, 500) })
      process.exitCode = 1
      process.exit()
    },
  )
