import { Schema, SchemaTransformation } from "effect"

/** Money in whole fen: never negative, never a fraction. */
export const Fen = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).pipe(Schema.brand("Fen"))
export type Fen = typeof Fen.Type

/** Old systems write `128.50`, `128.5`, `.50`, `1,290.00`; a third decimal would be money that does not exist. */
const YuanText = Schema.String.check(
  Schema.isPattern(/^(?!$)(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})?(?:\.\d{1,2})?$/, {
    expected: "an amount in yuan with at most two decimals"
  })
)

const readYuan = (text: string): number => {
  const [whole = "", fraction = ""] = text.replaceAll(",", "").split(".")
  return Number(whole + fraction.padEnd(2, "0"))
}

const writeYuan = (fen: number): string => {
  const digits = String(fen).padStart(3, "0")
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** `"128.50"` ⇄ 12850, digit by digit: floats turn 64.1 yuan into 6409.999 fen. */
export const FenFromYuan = YuanText.pipe(
  Schema.decodeTo(Fen, SchemaTransformation.transform({ decode: readYuan, encode: writeYuan }))
)

/** Zero-padded fen ⇄ fen: `"000000012850"` ⇄ 12850 where `width` is 12. */
export const FenFromDigits = (width: number) =>
  Schema.String.check(
    Schema.isPattern(new RegExp(`^\\d{${width}}$`), { expected: `${width} digits of fen` })
  ).pipe(
    Schema.decodeTo(
      Fen,
      SchemaTransformation.transform({
        decode: Number,
        encode: (fen: number) => String(fen).padStart(width, "0")
      })
    )
  )

/** Fen as people read it: `"128.50"`. */
export const formatYuan = (fen: Fen): string => writeYuan(fen)

/** An amount written in code or configuration: `yuan("99")`. Throws when the text is not an amount. */
export const yuan: (text: string) => Fen = Schema.decodeSync(FenFromYuan)
