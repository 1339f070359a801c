/** The preload script: sandboxed, isolated from the page, and gives it nothing but `window.api`. */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { electronPort } from '../ipc/exposeElectron.ts'

contextBridge.exposeInMainWorld(
  'api',
  electronPort(ipcRenderer, (file) => webUtils.getPathForFile(file)),
)
