import { Duration } from "effect"

/**
 * The ways to pay, and what each is. All but the code payment are orders: WeChat gives something with which their payer finds them
 * (`prepay`), and they wait for that payer. A mini program pays by `jsapi`, under its own appid.
 */
export const ways = {
  codepay: { prepay: undefined, life: Duration.zero, isReversible: true, hasPayer: false },
  native: order("code_url", "2 hours"),
  jsapi: { ...order("prepay_id", "2 hours"), hasPayer: true },
  app: order("prepay_id", "2 hours"),
  h5: order("h5_url", "5 minutes")
} as const satisfies { readonly [way: string]: Nature }

export type Way = keyof typeof ways
/** What is brought before its payer and waits. */
export type OrderWay = Exclude<Way, "codepay">

interface Nature {
  /** The name under which WeChat gives it. */
  readonly prepay: "code_url" | "prepay_id" | "h5_url" | undefined
  /** How long it leads to the order, whatever `time_expire` says; a fresh one is asked for with the identical request (pay.md §2.1). */
  readonly life: Duration.Duration
  /** WeChat undoes it whether paid or not; an order is closed, or refunded once paid. */
  readonly isReversible: boolean
  /** It is made for one payer, by their openid. */
  readonly hasPayer: boolean
}

export const isOrder = (way: Way): way is OrderWay => ways[way].prepay !== undefined

function order<P extends NonNullable<Nature["prepay"]>>(prepay: P, life: Duration.Input) {
  return {
    prepay,
    life: Duration.fromInputUnsafe(life),
    isReversible: false,
    hasPayer: false
  } as const
}
