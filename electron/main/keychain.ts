/** The system's keychain: Keychain Access, the Windows Data Protection API, or the secret service of a Linux desktop. */
import { safeStorage } from 'electron'
import type { Keychain } from '../services/secrets.ts'

/** Asked for only once the application is ready. */
export const electronKeychain: Keychain = {
  // Without a secret service Electron would seal with a password that is in its source.
  isSafe: () => safeStorage.isEncryptionAvailable() && (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text'),
  seal: (secret) => safeStorage.encryptString(secret),
  open: (sealed) => safeStorage.decryptString(Buffer.from(sealed)),
}
