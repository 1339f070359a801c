/** Electron's safeStorage as it is on a Linux desktop without a secret service: it answers, and keeps nothing safe. */
export const safeStorage = {
  isEncryptionAvailable: (): boolean => true,
  getSelectedStorageBackend: (): string => 'basic_text',
  encryptString: (text: string): Buffer => Buffer.from(text),
  decryptString: (sealed: Buffer): string => sealed.toString(),
}
