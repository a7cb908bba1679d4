/**
 * What WeChat's own browser puts into every page before its scripts run: the bridge to the phone. A browser that is to be this phone's
 * WeChat is given it the same way. The cashier is a screen of the phone; what becomes of it is told to the page as WeChat tells it.
 */
export const bridgeScript = (origin: string) => `(() => {
  if (window.top !== window || location.origin === ${JSON.stringify(origin)}) return
  const cashier = (parameters, tell) => {
    const url = new URL("/phone/cashier", ${JSON.stringify(origin)})
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    const sheet = open(url, "wechat-cashier", "width=390,height=720")
    let isTold = false
    const end = (result) => {
      if (isTold) return
      isTold = true
      removeEventListener("message", hear)
      tell({ err_msg: "get_brand_wcpay_request:" + result })
    }
    const hear = ({ data, origin }) => {
      if (origin === url.origin && typeof data?.cashier === "string") end(data.cashier)
    }
    addEventListener("message", hear)
    if (!sheet) return end("fail")
    const watch = () => (sheet.closed ? setTimeout(end, 500, "cancel") : setTimeout(watch, 200))
    watch()
  }
  window.WeixinJSBridge = {
    invoke: (name, parameters, tell) =>
      name === "getBrandWCPayRequest"
        ? cashier(parameters, tell)
        : tell({ err_msg: name + ":fail_unsupported" })
  }
  const ready = () => document.dispatchEvent(new Event("WeixinJSBridgeReady"))
  document.addEventListener("DOMContentLoaded", ready, { once: true })
})()
`

/** Tells the page that opened the cashier what became of it. */
export const cashierScript = `const { result } = document.querySelector("[data-result]").dataset
if (opener) {
  opener.postMessage({ cashier: result }, "*")
  close()
}
`
