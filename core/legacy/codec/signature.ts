import { timingSafeEqual } from "node:crypto"
import { Redacted, Schema } from "effect"
import { type Charset, encodeText } from "./charset.ts"
import { type SigningRule, suffixKey } from "./signing-rules.ts"
import { refuse, type Texts, twoWay } from "./two-way.ts"

export interface Signing {
  /** The field that holds the signature. */
  readonly field: string
  /** The sum is taken over the sender's own bytes: GBK and UTF-8 give different ones. */
  readonly charset: Charset
  /** The secret of who sent these fields, or is sent them. They are not yet verified. */
  readonly secret: (fields: Texts) => Redacted.Redacted<string> | undefined
}

/** Signed texts ⇄ texts. What is not signed with the sender's secret is refused. */
export const signedBy =
  (rule: SigningRule) =>
  ({ charset, field, secret }: Signing) => {
    const sign = (fields: Texts): string => {
      const key = secret(fields) ?? refuse("signature", "No secret is known for this sender")
      return rule.sum(encodeText(rule.text(fields, Redacted.value(key)), charset, "refuse"))
    }
    return <E>(signed: Schema.Codec<Texts, E>) =>
      signed.pipe(
        Schema.decodeTo(
          Schema.Record(Schema.String, Schema.String),
          twoWay<Texts, Texts>({
            decode: ({ [field]: signature, ...fields }) => {
              if (!signature) refuse("signature", "Missing", field)
              if (!same(signature, sign(fields))) refuse("signature", "Does not match", field)
              return fields
            },
            encode: (fields) => ({ ...fields, [field]: sign(fields) })
          })
        )
      )
  }

/** Texts signed by the `&key=` rule. */
export const signedWithKey = signedBy(suffixKey)

const same = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
