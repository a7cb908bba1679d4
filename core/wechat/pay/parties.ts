import type { Merchant } from "./merchant.ts"

/** Who signs the calls of a merchant: itself, or the partner (服务商) that acts for it. */
export const signs = ({ mchid, partner }: Pick<Merchant, "mchid" | "partner">): string =>
  partner?.mchid ?? mchid

/** Below which path WeChat keeps the orders of such a merchant. */
export const transactions = ({ partner }: Merchant): string =>
  partner === undefined ? "/v3/pay/transactions" : "/v3/pay/partner/transactions"

/** The two numbers by which WeChat knows a merchant of a partner, or the merchant's own. */
export const merchantIds = ({ mchid, partner }: Merchant) =>
  partner === undefined ? { mchid } : { sp_mchid: partner.mchid, sub_mchid: mchid }

/**
 * Whose order it is, and at which account. A merchant of a partner sells at an account of its own (`sub_appid`) or at the partner's;
 * the partner's is named in either case.
 */
export const orderIds = (merchant: Merchant, appid = merchant.appid) => {
  const { partner } = merchant
  if (partner === undefined) return { appid, ...merchantIds(merchant) }
  const own = appid === partner.appid ? {} : { sub_appid: appid }
  return { sp_appid: partner.appid, ...own, ...merchantIds(merchant) }
}

/** The payer of an order, under the name that says whose account the openid belongs to. */
export const payerIds = ({ partner }: Merchant, appid: string, openid: string) => {
  if (partner === undefined) return { openid }
  return appid === partner.appid ? { sp_openid: openid } : { sub_openid: openid }
}

/** Whose order WeChat speaks of; `partner`: who acts for that merchant. */
export interface Parties {
  readonly mchid: string
  readonly partner?: string | undefined
}

/** Whether what WeChat speaks of is this merchant's, and through the partner that acts for it. */
export const isFor = (merchant: Merchant, { mchid, partner }: Parties): boolean =>
  mchid === merchant.mchid && partner === merchant.partner?.mchid
