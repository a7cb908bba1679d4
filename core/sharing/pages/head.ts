import { html } from "hono/html"
import type { ShareCard } from "../model.ts"

/** WeChat's JS-SDK (platform guide, §4.3: 1.4.0 and later share by the present functions). */
const sdk = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"

/**
 * What a page has in its head so that friends see its card when it is shared inside WeChat. Outside WeChat, or where the JS-SDK does not
 * come, the page is as it was, and its link still tells title, text and picture to whoever looks at it.
 */
export const shareHead = ({ description = "", image = "", link, title }: ShareCard) =>
  html`<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:image" content="${image}">
<meta property="og:url" content="${link}">
<script src="${sdk}" defer></script>
<script src="${new URL("/share/page.js", link).href}" data-title="${title}" data-description="${description}" data-image="${image}" data-link="${link}" defer></script>`

/**
 * Asks for the page's signature, says what is shared, and minds nothing that goes wrong: a page must not fail for it. Both generations
 * of functions are named, as some clients want the old names in `jsApiList` (platform guide, §4.3).
 */
export const pageScript = `(function () {
  const script = document.currentScript
  const { description, image, link, title } = script.dataset
  const wx = window.wx
  if (!wx || !wx.config) return
  const asked = new URL("/share/signature", script.src)
  asked.search = "?url=" + encodeURIComponent(location.href.split("#")[0])
  fetch(asked.href)
    .then((answer) => (answer.ok ? answer.json() : undefined))
    .then((signed) => {
      if (!signed) return
      wx.config({
        debug: false,
        appId: signed.appId,
        timestamp: signed.timestamp,
        nonceStr: signed.nonceStr,
        signature: signed.signature,
        jsApiList: ["updateAppMessageShareData", "updateTimelineShareData", "onMenuShareAppMessage", "onMenuShareTimeline"]
      })
      wx.ready(() => {
        wx.updateAppMessageShareData({ title, desc: description, link, imgUrl: image })
        wx.updateTimelineShareData({ title, link, imgUrl: image })
      })
    })
    .catch(() => {})
})()
`
