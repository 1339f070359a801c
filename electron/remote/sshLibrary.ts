/** ssh2 is a CommonJS package, some of whose exports Node cannot see as named ones: the one place that knows. */
import { createRequire } from 'node:module'

const library = createRequire(import.meta.url)('ssh2') as typeof import('ssh2')

export const { Client, utils } = library
