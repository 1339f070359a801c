/** Where this user's data lies: the same folder that Electron's `app.getPath('userData')` names, so that both shells share it. */
import { homedir } from 'node:os'
import { join } from 'node:path'

const NAME = 'shufflescope'

export function userDataFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return join(environment.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), NAME)
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', NAME)
  return join(environment.XDG_CONFIG_HOME ?? join(homedir(), '.config'), NAME)
}
