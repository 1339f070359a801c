/** The application's main process and preload script in the double, and in real Electron where its binary is. */
import { beforeAll } from 'vitest'
import { electronMissing, layOutApp, startDouble, startElectron } from './app.ts'
import { describeShell } from './suite.ts'

beforeAll(layOutApp)

describeShell('Electron (double, over Chromium)', () => startDouble())
describeShell('Electron (real)', () => startElectron(), electronMissing())
