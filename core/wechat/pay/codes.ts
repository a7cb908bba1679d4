import type { Way } from "./ways.ts"

/**
 * What to do after WeChat said no.
 *
 * - `repeat`: it was not executed; the same number and parameters again, more slowly
 * - `ask`: query before anything else, the number may be taken, paid or not there yet
 * - `never`: the request is wrong and stays wrong
 * - `payer`: the payer or the cashier acts, and a new attempt follows
 * - `operator`: somebody must change something in the merchant portal or top up
 */
export type Reaction = "repeat" | "ask" | "never" | "payer" | "operator"

/** What a refused code payment means at the counter: scan another code, another card or purse, or something else. */
export type CodepayRefusal = "code" | "funds" | "other"

export type Operation =
  | Way
  | "query"
  | "close"
  | "reverse"
  | "refund"
  | "queryRefund"
  | "payOut"
  | "complaints"
  | "echo"
  | "bill"

interface Meaning {
  /** `unknown`: it may have happened after all. */
  readonly reaction: Reaction | "unknown"
  /** Where an operation gives the same code another meaning. */
  readonly but?: Partial<Record<Operation, Reaction>>
  readonly refusal?: CodepayRefusal
}

/** Codes of APIv3, and those of the old interface that still come through it. */
const table: Readonly<Record<string, Meaning>> = {
  SYSTEM_ERROR: { reaction: "unknown" },
  BANK_ERROR: { reaction: "unknown" },
  SERVICE_UNAVAILABLE: { reaction: "unknown" },
  USER_PAYING: { reaction: "unknown" },

  FREQUENCY_LIMITED: { reaction: "repeat" },
  FREQUENCY_LIMIT_EXCEED: { reaction: "repeat" },
  RATE_LIMIT_EXCEEDED: { reaction: "repeat" },
  RATE_LIMITED: { reaction: "repeat" },
  BIZERR_NEED_RETRY: { reaction: "repeat" },
  INVALID_REQ_TOO_MUCH: { reaction: "repeat" },
  ORDER_NOT_READY: { reaction: "repeat" },

  INVALID_REQUEST: { reaction: "ask" },
  ORDER_NOT_EXIST: { reaction: "ask" },
  ORDER_PAID: { reaction: "ask" },
  OUT_TRADE_NO_USED: { reaction: "ask" },

  SIGN_ERROR: { reaction: "never" },
  PARAM_ERROR: { reaction: "never" },
  OPENID_MISMATCH: { reaction: "never" },
  INVALID_TRANSACTIONID: { reaction: "never" },
  REVERSE_EXPIRE: { reaction: "never" },
  REFUND_FEE_MISMATCH: { reaction: "never" },
  TRADE_STATE_ERROR: { reaction: "never" },
  XML_FORMAT_ERROR: { reaction: "never" },
  REQUIRE_POST_METHOD: { reaction: "never" },
  LACK_PARAMS: { reaction: "never" },
  POST_DATA_EMPTY: { reaction: "never" },
  NOT_UTF8: { reaction: "never" },
  CERT_ERROR: { reaction: "never" },
  REFUND_NOT_EXIST: { reaction: "never", but: { queryRefund: "repeat" } },
  /** Nothing was traded on that day. */
  NO_STATEMENT_EXIST: { reaction: "never" },
  NO_BILL_EXIST: { reaction: "never" },
  STATEMENT_CREATING: { reaction: "repeat" },
  BILL_CREATING: { reaction: "repeat" },
  RESOURCE_NOT_EXISTS: { reaction: "never", but: { queryRefund: "repeat" } },

  AUTH_CODE_EXPIRE: { reaction: "payer", refusal: "code" },
  AUTH_CODE_EXPIRED: { reaction: "payer", refusal: "code" },
  AUTH_CODE_ERROR: { reaction: "payer", refusal: "code" },
  AUTH_CODE_INVALID: { reaction: "payer", refusal: "code" },
  BUYER_MISMATCH: { reaction: "payer", refusal: "code" },
  NOT_ENOUGH: { reaction: "payer", but: { refund: "operator" }, refusal: "funds" },
  NOT_SUPORT_CARD: { reaction: "payer", refusal: "funds" },
  NOT_SUPPORT_CARD: { reaction: "payer", refusal: "funds" },
  RULE_LIMIT: { reaction: "payer" },
  TRADE_ERROR: { reaction: "payer" },
  ACCOUNT_ERROR: { reaction: "payer" },
  ORDER_CLOSED: { reaction: "payer" },
  ORDER_REVERSED: { reaction: "payer" },

  NO_AUTH: { reaction: "operator" },
  APPID_MCHID_NOT_MATCH: { reaction: "operator" },
  APPID_NOT_EXIST: { reaction: "operator" },
  MCH_NOT_EXISTS: { reaction: "operator" },
  MCHID_NOT_EXIST: { reaction: "operator" },
  REQUEST_BLOCKED: { reaction: "operator" },
  TRADE_OVERDUE: { reaction: "never" },
  // The payer's account is closed: no number will ever reach it.
  USER_ACCOUNT_ABNORMAL: { reaction: "never" },
  /** Of a refund of version 2 that failed for another reason than the others. */
  ERROR: { reaction: "operator" }
}

/** WeChat's pages and answers differ in underscores only. */
const bare = (code: string) => code.replaceAll("_", "")
const meanings = new Map(
  Object.entries(table).map(([code, meaning]) => [bare(code), { code, ...meaning }])
)
const meaningOf = (code: string) => meanings.get(bare(code))

/** The one spelling we use for a code, whichever way WeChat wrote it. */
export const canonical = (code: string): string => meaningOf(code)?.code ?? code

/** What a code asks for. After one we do not know, WeChat is asked first, and with a 5xx nothing is known. */
export const reactionTo = (
  code: string,
  operation: Operation,
  status: number
): Reaction | "unknown" => {
  // Said before anything is done, under whatever code.
  if (status === 429) return "repeat"
  const known = meaningOf(code)
  if (known !== undefined) return known.but?.[operation] ?? known.reaction
  if (status === 401) return "never"
  return status >= 500 ? "unknown" : "ask"
}

/** What the cashier can do about a refused code payment. */
export const refusalOf = (code: string): CodepayRefusal => meaningOf(code)?.refusal ?? "other"
