/** What WeChat Pay signs and has signed is made of lines, each ended by a line feed, the last one too. */
export const lines = (...parts: ReadonlyArray<string>): string =>
  parts.map((part) => `${part}\n`).join("")

/** A request as its signature covers it. */
export interface Signable {
  readonly method: string
  /** Path and query exactly as sent. */
  readonly target: string
  /** In seconds; WeChat refuses what is five minutes off. */
  readonly timestamp: string
  readonly nonce: string
  /** Exactly as sent; empty without a body. */
  readonly body: string
}

/** The text whose signature goes into the Authorization header. */
export const requestText = ({ method, target, timestamp, nonce, body }: Signable): string =>
  lines(method, target, timestamp, nonce, body)

/** The Authorization header of a signed request. */
export const authorization = (
  caller: { readonly mchid: string; readonly serial: string },
  { timestamp, nonce }: Pick<Signable, "timestamp" | "nonce">,
  signature: string
): string =>
  `WECHATPAY2-SHA256-RSA2048 mchid="${caller.mchid}",nonce_str="${nonce}",signature="${signature}",` +
  `timestamp="${timestamp}",serial_no="${caller.serial}"`
