/** Which file a URL's path names, and that none leads out of the page's folder. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findPageFile, PAGE_HEADERS } from '../../../../electron/services/pageFiles.ts'
import { temporaryFolder } from '../folder.ts'

const folder = temporaryFolder()
const root = join(folder, 'page')
mkdirSync(join(root, 'assets'), { recursive: true })
writeFileSync(join(root, 'index.html'), '<!doctype html>')
writeFileSync(join(root, 'assets', 'a b.js'), '1')
writeFileSync(join(folder, 'secret.txt'), 'secret')
mkdirSync(join(folder, 'page-other'))
writeFileSync(join(folder, 'page-other', 'x.txt'), 'secret')
symlinkSync(join(folder, 'secret.txt'), join(root, 'link.txt'))

describe('the page', () => {
  it('has its files with their types', async () => {
    expect(await findPageFile(root, '/')).toMatchObject({ type: 'text/html; charset=utf-8', size: 15 })
    expect(await findPageFile(root, '/assets/a%20b.js')).toMatchObject({ type: 'text/javascript; charset=utf-8' })
  })

  it.each([
    '/nothing.js',
    '/assets',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/..\\secret.txt',
    '/../page-other/x.txt',
    '/link.txt',
    '/index.html%00.js',
    '/%',
    '/%ff',
    'index.html',
    '',
    '//etc/passwd',
    '/c:/windows/win.ini',
  ])('has no %s', async (path) => {
    expect(await findPageFile(root, path)).toBeUndefined()
  })

  it('never leaves its folder', async () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '%2e%2e', '%2f', '/', '\\', '%5c', 'secret.txt', 'assets', 'index.html', '%00'),
      fc.string({ maxLength: 4 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const file = await findPageFile(root, `/${parts.join('/')}`)
        expect(file === undefined || file.path.startsWith(root + sep)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('may run its own scripts and WebAssembly, and nothing else', () => {
    expect(PAGE_HEADERS['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval';")
    expect(PAGE_HEADERS['content-security-policy']).toContain("default-src 'none'")
  })
})
