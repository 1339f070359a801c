/** A folder that is there for one test file and gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shufflescope-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
