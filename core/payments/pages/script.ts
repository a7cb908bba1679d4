/**
 * What the page does by itself: it shows what the server says, at once where it is told, else by looking; and it opens the cashier. What
 * the cashier says of the outcome is a hint, after which WeChat is asked. It decides nothing and knows no price.
 */
export const payScript = `const main = document.getElementById("pay")
const part = (id) => document.getElementById(id)
const here = location.pathname
const facts = { ...main.dataset, isLive: main.dataset.live === "true", asks: main.dataset.asks === "true" }
let tries = 0
let timer
let events

const show = (id, is) => {
  part(id).hidden = !is
}
const checking = (is) => {
  main.toggleAttribute("data-checking", is)
  show("checking", is)
}
const isMaking = () => part("view").querySelector("[data-making]") !== null

// What the server says is shown, and said to those who hear the page when it is another state.
const apply = ({ html, says, ...view }) => {
  show("lost", false)
  if (view.state !== "paying") checking(false)
  const isOther = view.state !== facts.state
  const isSame = view.mark === facts.mark && !isOther
  Object.assign(facts, view)
  if (isSame) return
  const old = part("view")
  const had = old.contains(document.activeElement)
  const wasOpen = old.querySelector("details")?.open === true
  main.dataset.state = view.state
  old.innerHTML = html
  const details = old.querySelector("details")
  if (details) details.open = wasOpen
  if (had) old.querySelector("h1").focus({ preventScroll: true })
  if (isOther) part("said").textContent = says
  if (!view.isLive) stop()
}

const ask = async (path, method = "GET") => {
  const patience = new AbortController()
  const slow = setTimeout(show, 2500, "slow", true)
  const late = setTimeout(() => patience.abort(), 20000)
  try {
    const answer = await fetch(path, { method, headers: { accept: "application/json" }, signal: patience.signal })
    // Whoever must log in again does so on the page itself, and what is gone says so there.
    if (answer.status === 401 || answer.status === 404) location.reload()
    show("often", answer.status === 429)
    if (!answer.ok) throw answer
    return await answer.json()
  } finally {
    clearTimeout(slow)
    clearTimeout(late)
    show("slow", false)
  }
}
const failed = (why) => {
  if (why?.status !== 429) show("lost", true)
  later()
}

const stop = () => {
  events?.close()
  events = undefined
  clearTimeout(timer)
}
const later = () => {
  clearTimeout(timer)
  timer = setTimeout(look, Math.min(30000, 1000 * 2 ** Math.min(tries++, 5)) * (0.75 + Math.random() / 2))
}
const look = async () => {
  clearTimeout(timer)
  try {
    apply(await ask(here))
    listen()
    if (isMaking()) later()
  } catch (why) {
    failed(why)
  }
}
// Told at once where that works; where it does not, the page looks ever more seldom.
const listen = () => {
  if (!facts.isLive || events || document.hidden) return
  const own = new EventSource(here + "/events?since=" + facts.mark)
  events = own
  own.addEventListener("view", (event) => {
    if (events === own) apply(JSON.parse(event.data))
    if (isMaking()) later()
  })
  own.addEventListener("open", () => {
    tries = 0
    show("lost", false)
  })
  own.addEventListener("error", () => {
    own.close()
    if (events !== own) return
    events = undefined
    later()
  })
}

// Has WeChat asked until it has answered; who was told "ok" there is not offered to pay again.
let asked = 0
const word = async (hint) => {
  const own = ++asked
  checking(true)
  for (let time = 1; own === asked; time++) {
    try {
      const view = await ask(here + "/word", "POST")
      if (own !== asked) return
      apply(view)
      if (view.state !== "paying") return
      if (view.isAnswered && hint !== "ok") return checking(false)
    } catch (why) {
      if (why?.status !== 429) show("lost", true)
    }
    await new Promise((done) => setTimeout(done, Math.min(30000, 1000 * 2 ** Math.min(time, 5))))
  }
}

const bridge = () =>
  new Promise((done) => {
    if (window.WeixinJSBridge) return done(window.WeixinJSBridge)
    document.addEventListener("WeixinJSBridgeReady", () => done(window.WeixinJSBridge), { once: true })
    setTimeout(done, 5000)
  })
const openCashier = async ({ h5Url, way, ...parameters }) => {
  if (way === "h5") location.assign(h5Url)
  if (way !== "jsapi") return
  const wechat = await bridge()
  show("closed", !wechat)
  wechat?.invoke("getBrandWCPayRequest", parameters, ({ err_msg = "" }) =>
    word(err_msg.endsWith(":ok") ? "ok" : "none")
  )
}

main.addEventListener("submit", async (event) => {
  event.preventDefault()
  const button = event.target.querySelector("button")
  if (button.disabled) return
  button.disabled = true
  asked++
  try {
    const { cashier, view } = await ask(here, "POST")
    apply(view)
    if (cashier) await openCashier(cashier)
  } catch (why) {
    failed(why)
  }
  button.disabled = false
})

const copy = async (button) => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy)
  } catch {
    button.parentElement.querySelector("input").select()
    document.execCommand("copy")
  }
  button.textContent = button.dataset.copied
  part("said").textContent = button.dataset.copied
}
main.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy], [data-mini]")
  if (button?.dataset.copy) copy(button)
  if (button?.dataset.mini) window.wx?.miniProgram.navigateTo({ url: button.dataset.mini })
})

// Back from the cashier, or from another window: what happened meanwhile is asked.
const back = () => {
  if (document.hidden) return stop()
  if (facts.asks && !main.hasAttribute("data-checking")) word("none")
  else look()
}
document.addEventListener("visibilitychange", back)
addEventListener("pageshow", ({ persisted }) => persisted && back())
addEventListener("online", look)
addEventListener("offline", () => show("lost", true))
if (facts.state === "checking") word("none")
else if (isMaking()) later()
listen()
`
