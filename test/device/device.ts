/** An arm64 device on loopback: Debian's userland under an emulator, fresh at every start, gone without a trace at its end. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sshd, startSshd } from '../electron/remote/sshd.ts'

const INSIDE = '/etc/shufflescope-test'

export interface Device extends Sshd {
  /** For `connect`: `root@127.0.0.1:port`. */
  readonly target: string
  /** Folder of this machine that holds what the device has changed of its root. */
  readonly changes: string
}

export interface DeviceOptions {
  /** Lines of sshd_config. */
  readonly extra?: readonly string[]
  /** Shell commands run before sshd starts, e.g. mounts; `$ROOT` is the device's root. */
  readonly before?: string
}

/**
 * Mounts and processes live in namespaces of their own, so that they end with the process that holds them, whatever happens.
 * sshd is started again when it is killed, as an init would.
 */
export async function startDevice(root: string, options: DeviceOptions = {}): Promise<Device> {
  const folder = mkdtempSync(join(tmpdir(), 'shufflescope-device-'))
  const [upper, work, merged] = ['upper', 'work', 'merged'].map((name) => join(folder, name)) as [string, string, string]
  for (const path of [upper, work, merged]) mkdirSync(path)
  const sshd = await startSshd({
    ...(options.extra && { extra: options.extra }),
    elsewhere: {
      folder: join(upper, INSIDE),
      inside: INSIDE,
      launch: (args) =>
        spawn(
          'unshare',
          ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', 'sh', '-c', initOf(options.before), 'init', ...args],
          {
            stdio: ['ignore', 'ignore', 'pipe'],
            env: { PATH: process.env.PATH, LOWER: root, UPPER: upper, WORK: work, ROOT: merged },
          },
        ),
    },
  })
  return {
    ...sshd,
    target: `root@127.0.0.1:${sshd.port}`,
    changes: upper,
    async stop() {
      await sshd.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function initOf(before = ''): string {
  const devices = ['null 1 3', 'zero 1 5', 'full 1 7', 'random 1 8', 'urandom 1 9', 'tty 5 0']
  return [
    'set -e',
    'mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"',
    'mount -t proc proc "$ROOT/proc"',
    'mount -t tmpfs -o mode=755 tmpfs "$ROOT/dev"',
    ...devices.map((device) => `mknod -m 666 "$ROOT/dev/${device.replace(' ', '" c ')}`),
    'ln -s /proc/self/fd "$ROOT/dev/fd"',
    'mkdir -p "$ROOT/dev/shm" "$ROOT/run/sshd"',
    'mount -t tmpfs -o mode=1777 tmpfs "$ROOT/dev/shm"',
    before,
    'set +e',
    'while :; do env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$ROOT" /usr/sbin/sshd "$@"; sleep 0.2; done',
  ].join('\n')
}
