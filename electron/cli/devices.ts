/** `shufflescope devices`: the devices that models can be measured on. */
import { Command } from 'commander'
import type { Cluster, Condition, Device } from '../../engine/index.ts'
import type { DeviceEntry, DevicesService, DeviceTarget } from '../services/devices.ts'
import { type CliContext, report } from './context.ts'
import { terminalPrompts } from './prompts.ts'
import { table } from './text.ts'

export interface ConnectionFlags {
  readonly identity?: string
  readonly knownHosts?: string
  readonly acceptNew?: boolean
}

/** The options that every command with a connection has. */
export function withConnection(command: Command): Command {
  return command
    .option('--identity <file>', 'private key')
    .option('--known-hosts <file>', 'file of known host keys, in place of ~/.ssh/known_hosts')
    .option('--accept-new', 'trust the key of a host that is not known yet')
}

/** A device of the list by its name, or a target by itself; flags take the place of what is stored. */
export async function targetOf(devices: DevicesService, name: string, flags: ConnectionFlags): Promise<DeviceTarget> {
  const known = await devices.find(name)
  return {
    target: known?.target ?? name,
    identity: flags.identity ?? known?.identity ?? null,
    knownHosts: flags.knownHosts ?? known?.knownHosts ?? null,
  }
}

export function connectOptions(context: CliContext, flags: ConnectionFlags) {
  return { prompts: terminalPrompts(context.interactive, context.note), acceptNew: flags.acceptNew === true, signal: context.signal }
}

export function devicesCommand(context: CliContext): Command {
  const devices = new Command('devices').description('the devices that models are measured on, over SSH')
  devices
    .command('list')
    .description('list the devices that were added')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: boolean }) => {
      const entries = await context.devices.list()
      report(context, options.json, entries, () => listText(entries))
    })
  withConnection(devices.command('add'))
    .description('add a device to the list; nothing is connected')
    .argument('<target>', 'user@host:port, or a name of ~/.ssh/config')
    .option('--json', 'print one JSON document')
    .action(async (target: string, options: ConnectionFlags & { json?: boolean }) => {
      const entry = await context.devices.add({ target, identity: options.identity ?? null, knownHosts: options.knownHosts ?? null })
      report(context, options.json, entry, () => `added ${entry.target}`)
    })
  devices
    .command('remove')
    .description('take a device off the list')
    .argument('<device>', 'its name in the list')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { json?: boolean }) => {
      await context.devices.remove(id)
      report(context, options.json, { removed: id }, () => `removed ${id}`)
    })
  withConnection(devices.command('probe'))
    .description('connect and say what the device is; nothing is left there')
    .argument('<device>', 'a device of the list, user@host:port, or a name of ~/.ssh/config')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: ConnectionFlags & { json?: boolean }) => {
      context.progress(`connecting to ${name}`)
      const found = await context.devices.probe(await targetOf(context.devices, name, options), connectOptions(context, options))
      report(context, options.json, found, () => deviceText(found.device, found.condition))
    })
  return devices
}

function listText(entries: readonly DeviceEntry[]): string {
  if (entries.length === 0) return 'no devices; add one with "shufflescope devices add user@host"'
  const rows = entries.map(({ id, device, probed }) => [id, device?.board ?? '', device ? coresText(device) : '', probed ?? 'never'])
  return table(['device', 'board', 'cores', 'probed'], rows)
}

function coresText({ clusters }: Device): string {
  return clusters.map((c) => `${c.cpus.length} x ${c.core}`).join(' + ')
}

export function deviceText(device: Device, condition?: Condition): string {
  const megahertz = (hertz: number | null): string => (hertz === null ? '?' : (hertz / 1e6).toFixed(0))
  const cluster = (c: Cluster): string =>
    `cores ${c.cpus.join(',')}: ${c.core}, ${megahertz(c.minFrequency)} to ${megahertz(c.maxFrequency)} MHz, governor ${c.governor ?? 'unknown'}`
  const lines = [
    `${device.board ?? 'unknown board'}, ${device.arch}${device.emulated ? ', emulated: times measured there mean nothing' : ''}`,
    ...device.clusters.map(cluster),
    `features: ${device.features.join(' ') || 'none of note'}`,
    `memory ${(device.memoryBytes / 2 ** 20).toFixed(0)} MiB, ${device.distribution ?? 'unknown distribution'}, kernel ${device.kernel}`,
    `sensors: ${device.thermalZones.join(', ') || 'none'}; throttling ${device.reportsThrottling ? 'is reported' : 'is not reported'}`,
  ]
  if (!condition) return lines.join('\n')
  const now = [
    condition.temperature === null ? '' : `${condition.temperature.toFixed(1)} °C`,
    condition.frequency === null ? '' : `${megahertz(condition.frequency)} MHz`,
    condition.load === null ? '' : `load ${condition.load.toFixed(2)}`,
    ...condition.throttled,
  ].filter(Boolean)
  return [...lines, `now: ${now.join(', ') || 'it does not say'}`].join('\n')
}
