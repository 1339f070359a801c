/** Handing an address to the user's browser, and saying so only where it happened. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBrowser, openerFor } from '../../../../electron/browser/openBrowser.ts'
import { userDataFolder } from '../../../../electron/services/userData.ts'
import { temporaryFolder } from '../folder.ts'

const folder = temporaryFolder()
const URL_WITH_AMPERSAND = 'http://127.0.0.1:1/?token=a&b=c'
const node = (script: string) => ({ command: process.execPath, args: ['-e', script] })

describe('the browser', () => {
  it('gets the address as one argument', async () => {
    const target = join(folder, 'url.txt')
    expect(await openBrowser(URL_WITH_AMPERSAND, node(`require('node:fs').writeFileSync(${JSON.stringify(target)}, process.argv[1])`))).toBe(true)
    expect(existsSync(target) && readFileSync(target, 'utf8')).toBe(URL_WITH_AMPERSAND)
  })

  it('counts as opened while its opener still runs', async () => {
    expect(await openBrowser(URL_WITH_AMPERSAND, node('setTimeout(() => {}, 3000)'))).toBe(true)
  })

  it('counts as not opened where the opener fails or is not there', async () => {
    expect(await openBrowser(URL_WITH_AMPERSAND, node('process.exit(3)'))).toBe(false)
    expect(await openBrowser(URL_WITH_AMPERSAND, { command: join(folder, 'nothing'), args: [] })).toBe(false)
  })

  it('is not tried without a display', () => {
    expect(openerFor('linux', {})).toBeUndefined()
    expect(openerFor('linux', { DISPLAY: ':0' })?.command).toBe('xdg-open')
    expect(openerFor('darwin', {})?.command).toBe('open')
    expect(openerFor('win32', {})?.command).toBe('rundll32')
  })
})

describe("the user's data", () => {
  it('lies where Electron has it', () => {
    expect(userDataFolder({ XDG_CONFIG_HOME: '/conf' }, 'linux')).toBe(join('/conf', 'shufflescope'))
    expect(userDataFolder({ APPDATA: '/roaming' }, 'win32')).toBe(join('/roaming', 'shufflescope'))
    expect(userDataFolder({}, 'darwin')).toMatch(/Library.Application Support.shufflescope$/)
  })
})
