import { X509Certificate } from "node:crypto"
import { Clock, Duration, Effect } from "effect"
import { type PaySetup, paySetup } from "../../gateway/merchants.ts"
import { Transport } from "../../transport.ts"
import { WechatPay } from "../../wechat/pay/client.ts"
import type { PayFailure } from "../../wechat/pay/errors.ts"
import type { Merchant } from "../../wechat/pay/merchant.ts"
import { clockSkew } from "../../wechat/pay/verification.ts"
import type { Project } from "../project.ts"
import { type Finding, good, wrong, wrongSettings } from "./finding.ts"

/** Tries every merchant's keys, and WeChat's, by WeChat's own self-test; nothing is moved. */
export const checkWechat = Effect.fnUntraced(
  function* ({ settings }: Project) {
    const setup = yield* paySetup(settings)
    const merchants = yield* Effect.forEach(setup.merchants, checkMerchant).pipe(
      Effect.provide(WechatPay.layer(setup.url))
    )
    return [...merchants, ...(yield* checkClock(setup))]
  },
  Effect.catchTag("ConfigInvalid", (invalid) => Effect.succeed(wrongSettings(invalid)))
)

const checkMerchant = Effect.fnUntraced(function* (merchant: Merchant) {
  const about = `merchant ${merchant.mchid}`
  return yield* WechatPay.use((pay) => pay.echo(merchant)).pipe(
    Effect.as(good(about, "its keys and WeChat's fit each other")),
    Effect.catch((failure) => Effect.succeed(wrong(about, ...explain(failure))))
  )
})

const explain = (failure: PayFailure): [says: string, fix: string] => {
  switch (failure._tag) {
    case "PayNotSent":
      return [
        `WeChat Pay cannot be reached: ${failure.reason}`,
        "let this machine reach it: network, firewall, HTTPS_PROXY, WECHAT_PAY_URL"
      ]
    case "PayUnknown":
      return [
        `WeChat Pay's answer is of no use: ${failure.reason}`,
        "check WECHAT_PAY_PUBLIC_KEY_ID and WECHAT_PAY_PUBLIC_KEY; try again if the line is bad"
      ]
    case "PayRefused":
      return [
        `WeChat Pay refuses: ${failure.code} ${failure.message}`,
        failure.status === 401
          ? "the serial number must be that of the certificate of this private key"
          : "see this code in WeChat Pay's documentation"
      ]
  }
}

/** A signature is good for five minutes, so a wrong clock is a wrong signature. */
const checkClock = Effect.fnUntraced(function* ({ url }: PaySetup) {
  const transport = yield* Transport
  const answer = yield* Effect.option(
    transport.exchange({ method: "GET", url: `${url}/`, headers: {}, timeout: "5 seconds" })
  )
  if (answer._tag === "None") return []
  const skew = clockSkew(answer.value.headers, yield* Clock.currentTimeMillis)
  return [
    skew === undefined
      ? good("clock", "within a minute of WeChat's")
      : wrong("clock", skew, "let this machine set its clock by NTP")
  ]
})

const soon = Duration.toMillis("30 days")

/** WeChat's certificates end; its public keys do not. */
export const checkCertificates = Effect.fnUntraced(function* ({ settings }: Project) {
  const now = yield* Clock.currentTimeMillis
  return (settings.merchants ?? []).flatMap(({ certificates = [], mchid }) =>
    certificates.flatMap((pem): ReadonlyArray<Finding> => {
      const until = endOf(pem)
      if (until === undefined) return [] // the configuration's own check says so
      const about = `certificate of merchant ${mchid}`
      const days = `${Math.floor((until - now) / Duration.toMillis("1 day"))} days left`
      return until - now > soon
        ? [good(about, days)]
        : [wrong(about, days, "add its successor, or move to WeChat Pay's public key")]
    })
  )
})

const endOf = (pem: string): number | undefined => {
  try {
    return Date.parse(new X509Certificate(pem).validTo)
  } catch {
    return undefined
  }
}
