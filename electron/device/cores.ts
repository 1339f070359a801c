/** Names of processor cores by what /proc/cpuinfo calls implementer and part (the MIDR_EL1 register; names as in ARM's and Linux' lists). */

const ARM: Readonly<Record<string, string>> = {
  '0xc07': 'Cortex-A7',
  '0xc08': 'Cortex-A8',
  '0xc09': 'Cortex-A9',
  '0xc0d': 'Cortex-A12',
  '0xc0e': 'Cortex-A17',
  '0xc0f': 'Cortex-A15',
  '0xd01': 'Cortex-A32',
  '0xd03': 'Cortex-A53',
  '0xd04': 'Cortex-A35',
  '0xd05': 'Cortex-A55',
  '0xd07': 'Cortex-A57',
  '0xd08': 'Cortex-A72',
  '0xd09': 'Cortex-A73',
  '0xd0a': 'Cortex-A75',
  '0xd0b': 'Cortex-A76',
  '0xd0c': 'Neoverse-N1',
  '0xd0d': 'Cortex-A77',
  '0xd0e': 'Cortex-A76AE',
  '0xd40': 'Neoverse-V1',
  '0xd41': 'Cortex-A78',
  '0xd42': 'Cortex-A78AE',
  '0xd44': 'Cortex-X1',
  '0xd46': 'Cortex-A510',
  '0xd47': 'Cortex-A710',
  '0xd48': 'Cortex-X2',
  '0xd49': 'Neoverse-N2',
  '0xd4b': 'Cortex-A78C',
  '0xd4d': 'Cortex-A715',
  '0xd4e': 'Cortex-X3',
  '0xd4f': 'Neoverse-V2',
  '0xd80': 'Cortex-A520',
  '0xd81': 'Cortex-A720',
  '0xd82': 'Cortex-X4',
}

const QUALCOMM: Readonly<Record<string, string>> = {
  '0x201': 'Kryo',
  '0x205': 'Kryo',
  '0x211': 'Kryo',
  '0x800': 'Kryo 2xx Gold',
  '0x801': 'Kryo 2xx Silver',
  '0x802': 'Kryo 3xx Gold',
  '0x803': 'Kryo 3xx Silver',
  '0x804': 'Kryo 4xx Gold',
  '0x805': 'Kryo 4xx Silver',
  '0x001': 'Oryon',
}

const NVIDIA: Readonly<Record<string, string>> = { '0x000': 'Denver', '0x003': 'Denver 2', '0x004': 'Carmel' }
const APPLE: Readonly<Record<string, string>> = {
  '0x022': 'Icestorm (M1)',
  '0x023': 'Firestorm (M1)',
  '0x032': 'Blizzard (M2)',
  '0x033': 'Avalanche (M2)',
}

const VENDORS: Readonly<Record<string, { readonly name: string; readonly parts: Readonly<Record<string, string>> }>> = {
  '0x41': { name: 'ARM', parts: ARM },
  '0x4e': { name: 'NVIDIA', parts: NVIDIA },
  '0x51': { name: 'Qualcomm', parts: QUALCOMM },
  '0x61': { name: 'Apple', parts: APPLE },
}

export function coreName(implementer: string, part: string): string {
  const vendor = VENDORS[implementer]
  return vendor?.parts[part] ?? `${vendor?.name ?? `implementer ${implementer}`} part ${part}`
}
