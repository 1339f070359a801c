/** Starts the page: store, back end, first model; then keeps the address in step with what is shown. */
import { connected, spawnEngine } from './early.ts'
import '@fontsource-variable/inter/wght.css'
import '@fontsource/jetbrains-mono/latin-400.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/charts.css'
import './styles/mixing.css'
import './styles/maps.css'
import './styles/networkMap.css'
import './styles/choices.css'
import './styles/costs.css'
import './styles/whatIf.css'
import './styles/compare.css'
import './styles/compress.css'
import './styles/devices.css'
import './styles/palette.css'
import './styles/contrast.css'
import './styles/export.css'
import { createRoot } from 'react-dom/client'
import { StoreContext } from '../store/context.ts'
import { keepHistory, listenToGestures } from '../store/historySlice.ts'
import { createStore } from '../store/index.ts'
import { counted } from '../store/pending.ts'
import { EngineClient } from '../workers/client.ts'
import { App } from './App.tsx'
import { keepAddress } from './address.ts'
import { listenToCopies } from './copy.ts'
import { readPlace } from './hash.ts'
import { listenToKeys } from './keys.ts'
import { loadInIdle } from './lazyViews.ts'
import { openFirst } from './openFirst.ts'

const engine = new EngineClient(spawnEngine)
const store = createStore(engine)
const place = readPlace(location.hash)

store.subscribe((state, before) => {
  if (state.theme !== before.theme) document.documentElement.dataset.theme = state.theme
  if (state.locale !== before.locale) document.documentElement.lang = state.locale === 'zh' ? 'zh-Hans' : 'en'
})
document.documentElement.lang = store.getState().locale === 'zh' ? 'zh-Hans' : 'en'
keepHistory(store)
keepAddress(store)
listenToGestures(window)
listenToKeys(store)
listenToCopies(store)

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StoreContext value={store}>
      <App />
    </StoreContext>,
  )
void counted(
  store
    .getState()
    .start(() => connected)
    .then(() => openFirst(store, place))
    .finally(() => loadInIdle()),
)
