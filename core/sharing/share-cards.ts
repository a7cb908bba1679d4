import { Context, Effect, Layer } from "effect"
import type {
  NewShareCard,
  PageSignature,
  ShareCard,
  ShareCardInvalid,
  ShareReport,
  SigningRefused,
  SigningUnavailable
} from "./model.ts"
import { Shares } from "./shares.ts"

/**
 * Sharing, for one plugin and its own references. There is deliberately nothing here by which sharing could be rewarded: WeChat blocks
 * domains and accounts for it (微信外部链接内容管理规范, platform guide §4.4).
 */
export class ShareCards extends Context.Service<
  ShareCards,
  {
    /** Says what friends see of a page, and gives what the page shares. The same reference again changes its card. */
    put(card: NewShareCard): Effect.Effect<ShareCard, ShareCardInvalid>
    /** What came of sharing a reference's page. */
    report(reference: string): Effect.Effect<ShareReport>
    /** Signs a page by the address its own browser has; pages with `shareHead` ask by themselves. */
    sign(url: string): Effect.Effect<PageSignature, SigningRefused | SigningUnavailable>
  }
>()("weir/ShareCards") {
  static readonly layer = (plugin: string) =>
    Layer.effect(
      ShareCards,
      Effect.map(Shares, (shares) =>
        ShareCards.of({
          put: (card) => shares.put(plugin, card),
          report: (reference) => shares.report(plugin, reference),
          sign: (url) => Effect.map(shares.sign(url), ({ signature }) => signature)
        })
      )
    )
}
