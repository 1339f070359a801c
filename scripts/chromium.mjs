// Finds the Chromium that tests drive; installs Debian's where that is possible, else says what is missing.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright'
import { installDebian } from './debian.mjs'

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of a Chromium, or undefined. */
export function findChromium() {
  return [process.env.CHROMIUM, ...CANDIDATES, chromium.executablePath()].find((path) => path && existsSync(path))
}

/** Makes sure there is one, or ends the process with words. */
export async function ensureChromium() {
  if (findChromium()) return
  installDebian('chromium', 'for the tests that drive a page')
  if (findChromium()) return
  console.error(
    `error: Chromium: none was found for the tests that drive a page. Install Chromium or Chrome, run "npx playwright install chromium", or set CHROMIUM to its path`,
  )
  process.exit(1)
}
