/** `session`: permission handlers, carried out by Chromium itself. Without a handler Electron grants everything. */
import type { CDPSession } from 'playwright'

type RequestHandler = (contents: unknown, permission: string, callback: (granted: boolean) => void, details: object) => void
type CheckHandler = (contents: unknown, permission: string, origin: string, details: object) => boolean

let onRequest: RequestHandler | undefined
let onCheck: CheckHandler | undefined

/** Electron's names beside those of the DevTools protocol. */
const PERMISSIONS: readonly (readonly [electron: string, devtools: string])[] = [
  ['geolocation', 'geolocation'],
  ['notifications', 'notifications'],
  ['media', 'videoCapture'],
  ['media', 'audioCapture'],
  ['midi', 'midi'],
  ['clipboard-read', 'clipboardReadWrite'],
  ['idle-detection', 'idleDetection'],
  ['storage-access', 'storageAccess'],
]

export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler: RequestHandler | null): void {
      onRequest = handler ?? undefined
    },
    setPermissionCheckHandler(handler: CheckHandler | null): void {
      onCheck = handler ?? undefined
    },
    setDevicePermissionHandler(_handler: ((details: object) => boolean) | null): void {
      // Headless Chromium has no device to hand out.
    },
  },
}

/** Asks the application's handlers about every permission and sets Chromium accordingly. */
export async function applyPermissions(cdp: CDPSession, contents: unknown, origin: string): Promise<void> {
  // A page of no origin (data:) cannot be granted anything.
  if (origin === 'null') return
  for (const [electron, devtools] of PERMISSIONS) {
    const checked = onCheck?.(contents, electron, origin, {}) ?? true
    const requested = onRequest ? await ask(onRequest, contents, electron, origin) : true
    const permission = { name: DESCRIPTORS[devtools] ?? devtools }
    await cdp.send('Browser.setPermission', { permission, setting: checked && requested ? 'granted' : 'denied', origin })
  }
}

const DESCRIPTORS: Readonly<Record<string, string>> = {
  videoCapture: 'camera',
  audioCapture: 'microphone',
  clipboardReadWrite: 'clipboard-read',
  idleDetection: 'idle-detection',
  storageAccess: 'storage-access',
}

function ask(handler: RequestHandler, contents: unknown, permission: string, origin: string): Promise<boolean> {
  return new Promise((resolve) => handler(contents, permission, resolve, { requestingUrl: origin, isMainFrame: true }))
}
