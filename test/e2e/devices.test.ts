/** Devices: a machine reached over SSH is added, trusted, profiled, compared layer by layer, and one run is cancelled. */
import { mkdirSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sshd, sshdMissing, startSshd } from '../electron/remote/sshd.ts'
import { eachLook, expectSound, goTo, picture, seriousProblems } from './look.ts'
import { type App, idle, startApp } from './open.ts'

const missing = sshdMissing()
const main = (page: Page) => page.getByRole('main')
const toDevices = async (page: Page) => {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Devices' }).click()
  await idle(page)
}
/** A probe or a profile may have much to send on a machine with much to do. */
const LONG = 120_000

describe.skipIf(missing)(`devices over SSH${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let app: App
  let sshd: Sshd
  beforeAll(async () => {
    mkdirSync('/run/sshd', { recursive: true })
    sshd = await startSshd()
    app = await startApp()
  })
  afterAll(async () => {
    await app?.close()
    await sshd?.stop()
  })

  const target = () => `${sshd.user}@127.0.0.1:${sshd.port}`
  const card = (page: Page) => main(page).getByRole('listitem', { name: target() })

  async function add(page: Page, knownHosts: string, key = sshd.key): Promise<void> {
    await main(page).getByRole('button', { name: 'Add a device' }).click()
    const form = main(page).getByRole('form', { name: 'Add a device' })
    await form.getByLabel('Address').fill(target())
    await form.getByLabel('Key file').fill(key)
    await form.getByLabel('Known hosts file').fill(knownHosts)
    await form.getByRole('button', { name: 'Add', exact: true }).click()
    await card(page).waitFor()
    await idle(page)
  }

  async function profile(page: Page, options: { readonly runs: string; readonly threads: string }): Promise<void> {
    const form = main(page).getByRole('form', { name: 'Profile' })
    await form.getByLabel('Threads').fill(options.threads)
    await form.getByRole('textbox', { name: 'Runs' }).fill(options.runs)
    await form.getByRole('button', { name: 'Profile' }).click()
  }

  it('adds one, asks for its key, profiles the open model, shows layers and verdict, and cancels a run', { timeout: 5 * LONG }, async () => {
    const page = await app.open()
    await toDevices(page)
    expect(await main(page).innerText()).toContain('No device yet')
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'devices-empty')

    // What cannot be an address is refused in words.
    await main(page).getByRole('button', { name: 'Add a device' }).click()
    await main(page).getByRole('button', { name: 'Add', exact: true }).click()
    expect(await main(page).getByRole('alert').innerText()).toContain('Say where the device is')
    await main(page).getByLabel('Address').fill('pi@host:99999')
    await main(page).getByRole('button', { name: 'Add', exact: true }).click()
    expect(await main(page).getByRole('alert').innerText()).toContain('1 to 65535')
    await main(page).getByRole('button', { name: 'Cancel' }).click()
    await add(page, `${sshd.folder}/remembered`)
    expect(await card(page).innerText()).toContain('Nothing is known of it yet')

    // An unknown key is refused unless a person says otherwise, and the refusal has the focus.
    await card(page)
      .getByRole('button', { name: `Probe ${target()}` })
      .click()
    const dialog = page.getByRole('dialog', { name: 'Is this the right machine?' })
    await dialog.waitFor({ timeout: LONG })
    expect(await dialog.innerText()).toMatch(/SHA256:/)
    expect(await dialog.innerText()).toContain('remembered')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Do not trust')
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'devices-key')
    await page.keyboard.press('Enter')
    await card(page).getByRole('alert').waitFor({ timeout: LONG })
    await idle(page)
    expect(await card(page).getByRole('alert').innerText()).toMatch(/key/i)
    await card(page)
      .getByRole('button', { name: `Probe ${target()}` })
      .click()
    await dialog.waitFor({ timeout: LONG })
    await dialog.getByRole('button', { name: 'Trust and remember' }).click()
    await card(page).getByRole('list', { name: 'What is known of it' }).waitFor({ timeout: LONG })
    await idle(page)
    const badges = await card(page).getByRole('list', { name: 'What is known of it' }).innerText()
    expect(badges).toMatch(/x86_64|aarch64/)
    expect(badges).toMatch(/GiB/)

    // Two counts of threads, few runs: no more questions are asked.
    await profile(page, { runs: '12', threads: '1,2' })
    await main(page).getByRole('region', { name: 'Result' }).waitFor({ timeout: LONG })
    await idle(page)
    const result = main(page).getByRole('region', { name: 'Result' })
    expect(await result.getByRole('note').innerText()).toMatch(/suspect/)
    expect(await result.getByRole('note').innerText()).toContain('12 runs are few')
    expect(await result.innerText()).toMatch(/Median\s+[\d.]+ ms/)
    expect(await main(page).getByRole('region', { name: 'History' }).getByRole('listitem').count()).toBe(2)
    // A second count of threads makes a curve.
    expect(
      await result
        .getByRole('listbox', { name: /Median latency of 2 runs/ })
        .getByRole('option')
        .count(),
    ).toBe(2)

    // Beside this machine, layer by layer, with the one selection.
    await result.getByRole('button', { name: 'Measure the time here' }).click()
    await idle(page)
    const bars = result.getByRole('listbox', { name: /Time of \d+ layers on each machine/ })
    const rows = await bars.getByRole('option').all()
    expect(rows.length).toBeGreaterThan(40)
    for (const row of rows.slice(0, 5)) expect(await row.getAttribute('aria-label')).toMatch(/ ms; this machine, .*: [\d.]+ ms/)
    await bars.focus()
    await page.keyboard.press('End')
    await idle(page)
    expect(await page.getByRole('complementary', { name: 'Inspector' }).innerText()).toMatch(/\bfc\b/)
    expect(await seriousProblems(page)).toEqual([])

    // As the measure of the strip, and gone from it again.
    await result.getByRole('button', { name: 'Show on the map' }).click()
    await idle(page)
    expect(await page.getByRole('radio', { name: 'ms on device' }).isChecked()).toBe(true)
    // In the roofline too, below what the device can do; found again after a reload, as the run itself is.
    await goTo(page, 'Costs')
    const roofline = main(page).getByRole('region', { name: 'Roofline' })
    expect(await roofline.innerText()).toMatch(/sum of the layers on/)
    expect(await roofline.getByRole('radio', { name: 'Device' }).isChecked()).toBe(true)
    await picture(page, 'devices-roofline')
    await page.reload()
    await idle(page)
    expect(await page.getByRole('radio', { name: 'ms on device' }).isChecked()).toBe(true)
    expect(await roofline.innerText()).toMatch(/sum of the layers on/)
    await roofline.getByRole('radio', { name: 'This machine' }).click()
    await roofline.getByRole('radio', { name: 'Device' }).click()
    await toDevices(page)
    expect(await result.getByRole('note').innerText()).toMatch(/suspect/)
    await result.getByRole('button', { name: 'Take off the map' }).click()
    await idle(page)
    expect(await page.getByRole('radio', { name: 'ms on device' }).count()).toBe(0)

    await eachLook(page, async (name) => {
      await picture(page, `devices-${name}`)
      await expectSound(page, name)
      await main(page).getByRole('region', { name: 'Distribution of latency' }).scrollIntoViewIfNeeded()
      await picture(page, `devices-${name}-lower`)
      await main(page).getByRole('region', { name: 'Result' }).getByRole('note').scrollIntoViewIfNeeded()
    })
    await page.setViewportSize({ width: 1440, height: 900 })

    // A run that would take minutes, cancelled as it runs.
    await profile(page, { runs: '100000', threads: '1' })
    await card(page)
      .getByText(/Timing runs/)
      .waitFor({ timeout: LONG })
    await card(page)
      .getByRole('button', { name: `Cancel on ${target()}` })
      .click()
    await idle(page)
    expect(await card(page).getByRole('progressbar').count()).toBe(0)
    expect(await card(page).getByRole('alert').count()).toBe(0)
    expect(await main(page).getByRole('region', { name: 'History' }).getByRole('listitem').count()).toBe(2)

    // Beside this machine in Compare.
    await result.getByRole('button', { name: 'Compare with this machine' }).click()
    await idle(page)
    expect(await main(page).innerText()).toContain('B: ')
    await toDevices(page)

    // Off the list, after asking; the history stays.
    await card(page)
      .getByRole('button', { name: `Remove ${target()}` })
      .click()
    await page.getByRole('dialog', { name: 'Remove the device' }).getByRole('button', { name: 'Remove it' }).click()
    await idle(page)
    expect(await card(page).count()).toBe(0)
    expect(await main(page).getByRole('region', { name: 'History' }).getByRole('listitem').count()).toBe(2)
    await app.leave(page)
  })

  it('shows a changed key where it happened, with no way past it', { timeout: 3 * LONG }, async () => {
    const page = await app.open()
    await toDevices(page)
    const other = await startSshd()
    try {
      // Keys of another server, for this one's address.
      const { readFileSync, writeFileSync } = await import('node:fs')
      const file = `${sshd.folder}/changed`
      writeFileSync(file, readFileSync(other.knownHosts, 'utf8').replaceAll(String(other.port), String(sshd.port)))
      await add(page, file)
      await card(page)
        .getByRole('button', { name: `Probe ${target()}` })
        .click()
      const alert = card(page).getByRole('alert')
      await alert.waitFor({ timeout: LONG })
      await idle(page)
      expect(await alert.innerText()).toMatch(/changed|another|different|not the/i)
      expect(await page.getByRole('dialog').count()).toBe(0)
      expect(await alert.getByRole('button').allInnerTexts()).toEqual(['Dismiss'])
      await picture(page, 'devices-changed-key')
    } finally {
      await other.stop()
    }
    await app.leave(page)
  })

  it('asks for the passphrase of a key, says when it was wrong, and keeps it nowhere', { timeout: 2 * LONG }, async () => {
    const page = await app.open()
    await toDevices(page)
    await add(page, sshd.knownHosts, sshd.lockedKey)
    const probe = card(page).getByRole('button', { name: `Probe ${target()}` })
    const dialog = page.getByRole('dialog', { name: 'Passphrase of the key' })
    await probe.click()
    await dialog.waitFor({ timeout: LONG })
    expect(await dialog.locator('input').getAttribute('type')).toBe('password')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'devices-passphrase')
    await page.keyboard.type('not it')
    await page.keyboard.press('Enter')
    await dialog.getByText('That was not accepted').waitFor({ timeout: LONG })
    await page.keyboard.type('secret words')
    await page.keyboard.press('Enter')
    await card(page).getByRole('list', { name: 'What is known of it' }).waitFor({ timeout: LONG })
    await idle(page)
    expect(await page.evaluate(() => `${document.documentElement.outerHTML}${JSON.stringify({ ...localStorage, ...sessionStorage })}`)).not.toContain(
      'secret words',
    )
    expect(await filesWith(app.userData, 'secret words')).toEqual([])
    // It is asked for again, and no answer is an end in words.
    await probe.click()
    await dialog.waitFor({ timeout: LONG })
    await page.keyboard.press('Escape')
    await card(page).getByRole('alert').waitFor({ timeout: LONG })
    await idle(page)
    expect(await card(page).getByRole('alert').innerText()).toMatch(/passphrase|key/i)
    await app.leave(page)
  })
})

/** Files under a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path)
  }
  return found
}
