import { definePlugin, type ShareCard, ShareCards, type ShareReport, shareHead } from "#core"

const ham = { reference: "ham", title: "Ham", to: "/deli/ham" }

// What may be said of a page.
ShareCards.use((cards) => cards.put({ ...ham, description: "Air-dried", image: "/deli/ham.jpg" }))

// Nothing can be promised for sharing: WeChat blocks domains and accounts for it.
// @ts-expect-error no reward
ShareCards.use((cards) => cards.put({ ...ham, reward: "coupon" }))
// @ts-expect-error no coupon, points, or price
ShareCards.use((cards) => cards.put({ ...ham, coupon: 500 }))
// @ts-expect-error nothing unlocked by it
ShareCards.use((cards) => cards.put({ ...ham, unlocks: "/deli/secret" }))
// @ts-expect-error no tasks to collect, no number of friends
ShareCards.use((cards) => cards.put({ ...ham, friends: 3 }))
// @ts-expect-error nobody it was shared by
ShareCards.use((cards) => cards.put({ ...ham, sharer: "customer" }))
// @ts-expect-error nothing to do when it was shared: WeChat does not even tell
ShareCards.use((cards) => cards.put({ ...ham, onShared: () => undefined }))
// @ts-expect-error nor in the page
shareHead({ link: "", title: "Ham", success: "/deli/thanks" })

// What comes of it tells numbers, and of nobody whose merit it is.
// @ts-expect-error by whom
export const by = ({ sharer }: ShareReport) => sharer
// @ts-expect-error by whom
export const of = ({ sharer }: ShareCard) => sharer

definePlugin({
  name: "x",
  options: {},
  // @ts-expect-error a plugin declares nothing that follows from sharing
  rewards: []
})
