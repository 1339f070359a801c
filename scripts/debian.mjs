// Packages of Debian that tests can use: installed where that is possible.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Installs a package, as root on Debian; elsewhere it does nothing. `why` ends the line that says so. */
export function installDebian(name, why) {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return
  console.error(`installing ${name} from Debian, ${why} ...`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env })
  apt('update', '-q')
  apt('install', '-y', '-q', '--no-install-recommends', name)
}
