/** Types of electron.mjs for the tests. */
export function electronHindrance(host: { platform: string; environment: Record<string, string | undefined>; root: boolean }): string | undefined
export function installedElectron(folder: string, environment?: Record<string, string | undefined>): string | undefined
export function installElectron(
  folder: string,
  options?: { environment?: Record<string, string | undefined>; answerMs?: number; downloadMs?: number; log?: (line: string) => void },
): Promise<{ path: string } | { why: string }>
