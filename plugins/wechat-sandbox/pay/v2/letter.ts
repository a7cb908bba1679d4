import type { Merchant } from "../../credentials.ts"
import type { NotifyRow } from "../../store.ts"
import { reqInfo, signedXml, writeXml } from "./sealing.ts"

export const isV2 = ({ original_type }: Pick<NotifyRow, "original_type">): boolean =>
  original_type.startsWith("v2-")

/** A notify of version 2: a payment under its signature, a refund hidden and without one. */
export const v2Letter = (
  { original_type, resource }: NotifyRow,
  { apiV2Key, mchid: mch_id }: Merchant,
  nonce_str: string
): string => {
  const { appid = "", ...fields }: Readonly<Record<string, string>> = JSON.parse(resource)
  const ids = { return_code: "SUCCESS", appid, mch_id, nonce_str }
  return original_type === "v2-refund"
    ? writeXml({ ...ids, req_info: reqInfo(fields, apiV2Key) })
    : signedXml({ ...ids, result_code: "SUCCESS", ...fields }, apiV2Key)
}
