/** The application menu. Its own commands go to the page as events; the rest are the system's roles. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron'
import type { EventOf } from '../ipc/contract.ts'

type Command = EventOf<'menu.command'>

export function setupMenu(send: (command: Command) => void): void {
  const item = (label: string, accelerator: string, command: Command): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => send(command),
  })
  const mac = process.platform === 'darwin'
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        item('Open…', 'CmdOrCtrl+O', 'open'),
        item('Save workspace…', 'CmdOrCtrl+S', 'save'),
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        item('All commands…', 'CmdOrCtrl+K', 'palette'),
        item('Search layers', 'CmdOrCtrl+F', 'search'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'reload' as const }, { role: 'toggleDevTools' as const }]),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [item('Keyboard shortcuts', 'CmdOrCtrl+/', 'keys')] },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
